"""Youke 优课: a city's schools share their best lessons."""

from importlib.metadata import version

__version__ = version("youke")
