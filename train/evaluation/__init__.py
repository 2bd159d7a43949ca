"""How good weights are, and on what."""
