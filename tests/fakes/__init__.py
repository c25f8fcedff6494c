"""Stand-ins for the outside world: real HTTP on loopback, stricter than the real thing."""
