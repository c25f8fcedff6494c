"""The stages of a turn, one file and one verb each. They know nothing of one another."""
