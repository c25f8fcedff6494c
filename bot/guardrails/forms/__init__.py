"""The forms that known attacks take, as patterns over normalised text."""
