"""What a user brings: problems, objectives, expressions, plain pymoo problems."""
