"""The published tables as Parquet: one file a table, of large ones one file a part."""
