"""Represents a kernel that runs in a container: a process that Jupyter can wait for and kill.

Usage: container_process.py DESCRIPTOR, an open socket to the container's supervisor. It ends as the
kernel ended, and the kernel ends when this does. Standard library only, so that it starts in a
moment."""

import os
import socket
import sys

LOST = 128 + 9  # the supervisor itself went, and the kernel with it

said = socket.socket(fileno=int(sys.argv[1])).makefile("rb").readline()
os._exit(int(said) if said else LOST)
