"""Sluice: a Slack bot with guarded tool use. `bot.flow` is where to start reading."""
