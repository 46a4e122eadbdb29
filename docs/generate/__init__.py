"""Writes the pages of docs/reference/ from the code, so that they always say what it does."""
