"""Submissions that are too alike: the weights and the code of an assignment, each compared with
everybody else's.

What is found is a notice for the instructor, with what it rests on. It never changes a point and no
student sees it.
"""
