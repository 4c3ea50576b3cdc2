"""Calls for help: they raise a human being and decide nothing."""
