"""For all tests: a slow machine is no reason to fail a law."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
