"""The zygote of sandboxes: it has imported what every notebook needs, and forks a child for
each submission.

It runs behind the wall itself, where there is nothing but the interpreter, the lab and the data,
and keeps the one power that its children need: to make namespaces. It reads nothing that a caller
sends and runs no line of a submission; what belongs to one goes straight to the child, which leaves
for a world of its own before it looks at it.
"""

import contextlib
import gc
import importlib
import io
import json
import os
import select
import signal
import socket
import sys
from typing import IO, Any, NoReturn

import namespaces
import start
from protocol import AGENT_DESCRIPTOR, LENGTH, MAX_DESCRIPTORS, NOT_MADE

# What notebooks, hidden tests and IPython's tracebacks have been seen to import; the last three are
# what torch and ipykernel do late.
PRELOADED = """
    torch numpy matplotlib.pyplot matplotlib.backends.backend_agg matplotlib_inline.backend_inline
    PIL.PngImagePlugin PIL.JpegImagePlugin PIL.GifImagePlugin PIL.BmpImagePlugin
    PIL.PpmImagePlugin safetensors.torch sacrebleu.metrics sacrebleu.tokenizers.tokenizer_13a tqdm
    csv secrets unicodedata wire agent no_input ipykernel.kernelapp ipykernel.ipkernel
    ipykernel.zmqshell IPython.core.completer IPython.core.pylabtools IPython.core.magics
    IPython.core.magic_arguments IPython.core.ultratb stack_data executing pure_eval
    asttokens.util pygments.lexers.python pygments.formatters.terminal256 pygments.formatters.html
    pygments.styles.default jedi torch._subclasses.schema_check_mode torch._dynamo
    ipykernel.debugger""".split()


def main() -> None:
    """Usage: zygote.py OPTIONS, where OPTIONS is JSON:

    {"listener": descriptor, "lifeline": descriptor, "filter": descriptor or null, "scratch":
    {folder: bytes}, "below": [mounts inside those folders], "copies": {from: to}, "modules": [more
    to import]}
    """
    options = json.loads(sys.argv[1])
    program = b""
    if options["filter"] is not None:
        with open(options["filter"], "rb") as file:
            program = file.read()
    for given, place in options["copies"].items():
        start.copy(given, place)
    warm_up(options["modules"])
    zygote = Zygote(
        socket.socket(fileno=options["listener"]),
        socket.socket(fileno=options["lifeline"]),
        program,
        options["scratch"],
        options["copies"],
        options["below"],
    )
    zygote.lifeline.send(b".")
    zygote.serve()


def warm_up(modules: list[str]) -> None:
    """Import everything, `modules` too, and be ready to fork: SystemExit if there is more than one
    thread."""
    given = dict(os.environ)
    for name in (*PRELOADED, *modules):
        importlib.import_module(name)
    draw()
    # a library's note to itself; a child's environment is what it was given
    for name in set(os.environ) - set(given):
        del os.environ[name]
    threads = os.listdir("/proc/self/task")
    if len(threads) != 1:
        raise SystemExit(f"{len(threads)} threads: a child would inherit their locks without them")
    gc.collect()
    # what is here is for ever; the children need not look through it, nor copy it by looking
    gc.freeze()


class Zygote:
    """Listens for orders until its lifeline is cut. Each order's connection lives as long as its
    child."""

    def __init__(
        self,
        listener: socket.socket,
        lifeline: socket.socket,
        program: bytes,
        scratch: dict[str, int],
        copies: dict[str, str],
        below: list[str],
    ) -> None:
        self.listener, self.lifeline, self.program = listener, lifeline, program
        self.scratch, self.copies, self.below = scratch, copies, below
        self.own_processes = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self.children: dict[int, tuple[int, socket.socket]] = {}  # by pidfd: pid, connection
        self.lines: dict[int, int] = {}  # a connection's descriptor: pidfd
        self.poll = select.poll()

    def serve(self) -> None:
        self.poll.register(self.listener, select.POLLIN)
        self.poll.register(self.lifeline, select.POLLIN)
        while True:
            for descriptor, _ in self.poll.poll():
                if descriptor == self.lifeline.fileno():
                    os._exit(0)
                elif descriptor == self.listener.fileno():
                    self.bear()
                elif descriptor in self.children:
                    self.bury(descriptor)
                elif descriptor in self.lines:  # the caller has gone: so does what it asked for
                    self.poll.unregister(descriptor)
                    self.kill(self.lines.pop(descriptor))

    def bear(self) -> None:
        """A child for the caller, as the first process of a namespace."""
        connection, _ = self.listener.accept()
        pid = self.fork()
        if pid == 0:
            self.live(connection)
        pidfd = os.pidfd_open(pid)
        self.children[pidfd] = pid, connection
        self.lines[connection.fileno()] = pidfd
        self.poll.register(pidfd, select.POLLIN)
        self.poll.register(connection, select.POLLRDHUP)
        with contextlib.suppress(OSError):  # gone already: the poll will say so
            socket.send_fds(connection, [b"."], [pidfd])

    def fork(self) -> int:
        namespaces.unshare(namespaces.NEW_PID)
        pid = os.fork()
        if pid:
            namespaces.enter(self.own_processes, namespaces.NEW_PID)
        return pid

    def kill(self, pidfd: int) -> None:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def bury(self, pidfd: int) -> None:
        """Tell the caller how its child ended."""
        pid, connection = self.children.pop(pidfd)
        _, status = os.waitpid(pid, 0)
        self.poll.unregister(pidfd)
        os.close(pidfd)
        if self.lines.pop(connection.fileno(), None) is not None:
            self.poll.unregister(connection)
        with contextlib.suppress(OSError):
            connection.send(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        connection.close()

    def live(self, connection: socket.socket) -> NoReturn:
        """The child: its world, its order, its limits, its kernel."""
        status = NOT_MADE
        try:
            keep = connection.fileno()
            os.closerange(3, keep)
            os.closerange(keep + 1, os.sysconf("SC_OPEN_MAX"))
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)  # it was the way to what started the zygote
            status = self.carry_out(connection)
        except BaseException as error:
            connection.send(f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(status)

    def carry_out(self, connection: socket.socket) -> int:
        return live(connection, self.program, self.scratch, self.copies, self.below)


def live(
    connection: socket.socket,
    program: bytes,
    scratch: dict[str, int],
    copies: dict[str, str],
    below: list[str],
) -> int:
    """Carry out one order: {"uid": number or null, "limits": ..., "files": {name: bytes},
    "connection": JSON text or null, "addresses": [of the sockets]}, with the sockets and the
    agent's as descriptors, and the files' bytes behind it.

    Without a connection it ends when the wall is built. Returns the kernel's exit status.
    """
    order, descriptors = read_order(connection)
    namespaces.unshare(namespaces.OTHERS)
    namespaces.lay_out(scratch, below)
    namespaces.loopback_up()
    start.limit(order["limits"])
    namespaces.become(order["uid"])
    namespaces.restrict(program)
    for given, place in copies.items():
        start.copy(given, place)
    os.chdir("/sandbox/work")
    for name, size in order["files"].items():
        with open(os.path.join("/sandbox/work", os.path.basename(name)), "wb") as file:
            read_into(file, connection, size)
    if order["connection"] is None:
        return 0
    child = os.fork()
    if child:
        connection.detach()
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        namespaces.readable_to_itself(False)
        return namespaces.first_process(child)
    os.close(connection.detach())
    namespaces.readable_to_itself(True)
    os.setsid()
    forget()
    path = "/sandbox/home/kernel.json"
    with open(path, "w") as file:
        file.write(order["connection"])
    *sockets, agent = descriptors
    os.dup2(agent, AGENT_DESCRIPTOR, inheritable=False)
    os.close(agent)
    return start.become_kernel(path, dict(zip(order["addresses"], sockets, strict=True)))


def draw() -> None:
    """The first figure of a process looks for fonts and reads them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(title="attention", xlabel="$d_k$", ylabel="weights")
    figure.colorbar(axes.imshow([[0.0, 1.0]]))
    figure.savefig(io.BytesIO(), format="png")


def read_order(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The order and the descriptors that came with its length."""
    length, descriptors, _, _ = socket.recv_fds(
        connection, LENGTH.size, MAX_DESCRIPTORS, socket.MSG_WAITALL
    )
    text = io.BytesIO()
    read_into(text, connection, *LENGTH.unpack(length))
    return json.loads(text.getvalue()), descriptors


def read_into(file: IO[bytes], connection: socket.socket, size: int) -> None:
    """Copy the next `size` bytes of the connection."""
    while size:
        part = connection.recv(min(size, 2**20))
        if not part:
            raise EOFError("an order broke off")
        file.write(part)
        size -= len(part)


def forget() -> None:
    """Draw other random numbers than the zygote's other children, as in any process. (Python's
    `random` sees to itself.)"""
    sys.modules["torch"].seed()
    sys.modules["numpy"].random.seed()


if __name__ == "__main__":
    main()
