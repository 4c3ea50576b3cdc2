"""Calendar feeds: a person's sessions in the calendar of their own phone."""
