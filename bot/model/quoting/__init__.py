"""Passages in, quoted answers out."""
