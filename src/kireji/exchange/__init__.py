"""The exchange with a wall between students: each has an inbound and a feedback folder that no
other student can name.

A student's server sees the layout of nbgrader's own exchange and runs nbgrader's own commands; only
the folders behind `inbound` and `feedback` are the student's. Who submitted is therefore known from
the folder, never from a name that the student wrote; when is known from the file system's own
clock.
"""
