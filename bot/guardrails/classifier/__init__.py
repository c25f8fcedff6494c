"""A trained classifier in pieces: what it sees in a text, and what it holds of it."""
