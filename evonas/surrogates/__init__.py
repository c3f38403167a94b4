"""Who predicts what a measurement would say."""
