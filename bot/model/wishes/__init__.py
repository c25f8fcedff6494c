"""What a message asks for, read without a model: its tool, its arguments, its courtesies."""
