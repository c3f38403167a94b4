"""Training candidates, and judging them without a training."""
