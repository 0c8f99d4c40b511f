"""Files of a delivery to canonical rows in DuckDB."""
