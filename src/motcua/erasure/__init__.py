"""Erasure: taking a person's values out of the originals, for a data subject's request."""
