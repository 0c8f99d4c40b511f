"""The landing as intake and builds find it."""
