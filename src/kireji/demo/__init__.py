"""The course at work without a browser: sample students fetch, answer and submit; the instructor
grades."""
