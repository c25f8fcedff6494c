"""How the classifier is made; nothing of it is loaded when the bot runs."""
