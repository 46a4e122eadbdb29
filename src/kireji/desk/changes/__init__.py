"""What the desk changes, one file for each kind. Pages and the API call the same functions."""
