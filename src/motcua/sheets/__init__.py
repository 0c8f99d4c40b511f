"""One sheet per agency, made of a version of a pack, and what agencies write back."""
