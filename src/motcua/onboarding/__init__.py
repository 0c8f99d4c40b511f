"""Onboarding: propose a contract for an unknown export, and say what a changed one would change."""
