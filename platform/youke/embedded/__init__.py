"""Starts and watches PostgreSQL and SeaweedFS for the one-machine default."""
