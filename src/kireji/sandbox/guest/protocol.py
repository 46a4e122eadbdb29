"""What both sides of the wall must agree on: numbers, names and single bytes.

Standard library only. The grader and the container's supervisor import it from here; inside a
sandbox it is a module of the guest.
"""

import struct

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")  # in the order of their ports, from 1 on

# Folders in memory that every submission has, each with the part of `limits.scratch_bytes` that it
# gets. docker-compose.yml has the same sizes.
SCRATCH_SHARES = {
    "/tmp": 1 / 4,
    "/sandbox/work": 1 / 2,
    "/sandbox/home": 1 / 8,
    "/dev/shm": 1 / 8,
}

# An order to a zygote: its length, with descriptors attached, then JSON, then the files' bytes.
LENGTH = struct.Struct(">Q")
MAX_DESCRIPTORS = 16
AGENT_DESCRIPTOR = 200  # of the agent's socket, in a child of the zygote behind bubblewrap
NOT_MADE = 125  # exit status of a child that could not be made

# In a container, the kernel's descriptors: the sockets of CHANNELS, then the agent's.
FIRST_DESCRIPTOR = 100
# The line between a grader and a supervisor begins with one of the supervisor's bytes ...
FREE, BUSY = b"F", b"B"
START = b"S"  # ... to which the grader answers with descriptors, an order and the files
TAKE_STOCK = b"L"  # from the grader, at any time: measure now, and report
