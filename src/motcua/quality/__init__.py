"""Great Expectations on DuckDB: suites run on every delivery, and the Data Docs that show what they found."""
