"""What a course consists of: its assignments, class list, secret and settings, and its audit
file."""
