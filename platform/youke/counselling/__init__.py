"""Counselling, a trust zone of its own: what is written here only two people read."""
