"""Motcua: the warehouse of a Vietnamese province's one-stop-shop dossiers."""

__version__ = "0.1.0"
