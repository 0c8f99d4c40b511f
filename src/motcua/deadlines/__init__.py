"""Deadlines of deliveries: what the calendars ask for, who met it, whom to tell when one passed."""
