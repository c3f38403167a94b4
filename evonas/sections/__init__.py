"""The words of a config, section by section."""
