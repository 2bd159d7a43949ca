"""Pictures to weights on the Hub: `python -m train --help`."""

SPLITS = ("Train", "Validation", "Test")
