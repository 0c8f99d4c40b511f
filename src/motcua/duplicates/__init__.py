"""The register of decided duplicates: which dossiers of two systems are one, and which are not."""
