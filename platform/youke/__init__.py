"""Youke 优课: a city's schools share their best lessons."""
