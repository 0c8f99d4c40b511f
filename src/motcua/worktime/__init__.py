"""Days that are worked: what the `holidays` package knows, written as a seed, and the overrides."""
