"""Inbox to raw to canonical rows, accepted or refused, with a receipt for each delivery."""
