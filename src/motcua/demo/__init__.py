"""Make the demonstration deliveries of the published scenarios."""
