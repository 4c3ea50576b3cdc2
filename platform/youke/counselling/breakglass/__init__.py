"""Opening a conversation against its rule: two people, a reason, a short time."""
