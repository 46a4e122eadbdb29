"""What a submission shows, reduced to text and pictures that are drawn anew."""
