"""Rewriting: one file of a delivery read for whose rows it holds, and written without them."""
