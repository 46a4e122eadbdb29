"""What a course consists of: its assignments, its class list, its secret."""
