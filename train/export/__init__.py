"""A run's weights to what serves."""
