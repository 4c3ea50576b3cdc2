"""Referrals 转介: to whom a student was sent, followed until it is closed."""
