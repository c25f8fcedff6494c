"""sluice eval grounding: sentences that are true, and the same ones made false."""
