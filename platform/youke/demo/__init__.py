"""A demo city: schools, accounts, lessons with drawn videos, habits, a queue."""

from youke.demo.load import load

__all__ = ["load"]
