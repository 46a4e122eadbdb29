"""A process that has imported torch and the lab, and done nothing else. Each connection to it
becomes a fork that runs code and serves it.

Run as `python nursery.py SOCKET AGENT`. Forking from pytest itself would copy a process whose
threads are in the middle of something."""

import gc
import importlib.util
import os
import select
import signal
import socket
import struct
import sys
import traceback
from types import ModuleType

import matplotlib.pyplot  # noqa: F401
import torch

# What notebooks import: once here, not once in each fork.
from kireji import wire


def load_agent(path: str) -> ModuleType:
    """The sandbox's agent, which knows the wire under its name behind the wall."""
    sys.modules["wire"] = wire
    spec = importlib.util.spec_from_file_location("agent", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def receive(connection: socket.socket) -> str:
    """A text, after its length in four bytes."""
    (size,) = struct.unpack(">I", connection.recv(4, socket.MSG_WAITALL))
    return connection.recv(size, socket.MSG_WAITALL).decode()


def main(path: str, agent_path: str) -> None:
    agent = load_agent(agent_path)
    torch.set_num_threads(1)
    # Before any fork: an optimizer's first use imports half of torch, and garbage collection would
    # walk all of it.
    torch.optim.SGD([torch.zeros(1)], lr=0.1)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen()
    # Standard input is a pipe from whoever started this: it ends when they do, however they end.
    while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            namespace = {"__name__": "__main__"}
            try:
                exec(compile(receive(connection), "<cell>", "exec"), namespace)
                connection.sendall(b"!")
                agent.serve(connection, namespace)
            except BaseException:
                traceback.print_exc()
            os._exit(0)
        connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
