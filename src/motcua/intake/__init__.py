"""Take deliveries in: keep the original, decode, map to canonical rows, accept or refuse."""
