"""Grading one submission: from its files to a report."""
