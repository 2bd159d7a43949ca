"""Recipes compared, sources left out, shortcuts looked for: what a recipe is chosen by."""
