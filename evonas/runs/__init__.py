"""What a search leaves on disk."""
