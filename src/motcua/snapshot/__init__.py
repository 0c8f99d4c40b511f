"""Make, seal and verify the pack of a review meeting."""
