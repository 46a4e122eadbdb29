"""The desk: the instructors' web pages and their API, a service of the hub.

Server-rendered pages over the gradebook, the calendar and the reports. It runs no student's code:
what has to be graded or returned is put into the queue of runs.
"""
