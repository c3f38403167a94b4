"""Images in memory."""
