"""From a config to a result."""
