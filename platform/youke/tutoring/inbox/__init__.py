"""Open questions: answered by any tutor at any time, without a session."""
