"""What people do with lessons: watches, views, likes, and what they say of taste."""
