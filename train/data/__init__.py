"""Pictures to batches: fetched, split, listed, drawn and degraded."""
