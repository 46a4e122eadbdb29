"""What students and instructors read after grading: pictures drawn by trusted code, and the pages
around them."""
