"""What a locality gets back for a delivery of which not every line was clean."""
