"""A suite that kills the bot, and counts what people got: `python -m tests.chaos --help`."""
