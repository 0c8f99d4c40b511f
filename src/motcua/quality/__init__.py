"""Great Expectations on DuckDB: suites run on every delivery, Data Docs show what they found."""
