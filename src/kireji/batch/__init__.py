"""Grading a class: many submissions, several at a time, on this machine or on others."""
