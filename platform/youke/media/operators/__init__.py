"""What administrators see and do: encodings, their cost, and what is stored."""
