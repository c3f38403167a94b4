"""What networks and searches emit."""
