"""What a device can do, and how long it takes for it."""
