"""Measuring many candidates: never one twice, and never fatal."""
