"""What each `sluice` command does. `bot.cli` imports them one at a time, when they are called."""
