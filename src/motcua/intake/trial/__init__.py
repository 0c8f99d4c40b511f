"""Files as they came to text and cells that can be read."""
