"""Build, gate, publish and roll back the warehouse."""
