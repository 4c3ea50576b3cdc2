"""The calendar and the sessions that must make way for it."""
