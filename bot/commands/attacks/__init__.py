"""sluice eval attacks: what a hijacked model can do, measured."""
