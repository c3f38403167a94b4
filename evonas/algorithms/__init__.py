"""Who proposes what to measure next."""
