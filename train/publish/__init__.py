"""The model card, documents, the Hub and the Space."""
