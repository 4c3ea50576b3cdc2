"""Captions of lessons: uploaded, cleaned, listed, played."""
