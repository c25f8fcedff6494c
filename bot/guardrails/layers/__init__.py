"""How a text is brought into one form, and what it hides is brought to light."""
