"""What a course consists of: assignments, class list, secret, settings and the audit file."""
