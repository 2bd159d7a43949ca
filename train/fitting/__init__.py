"""Weights from batches."""
