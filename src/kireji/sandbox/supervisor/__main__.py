"""Serves graders: `python -m kireji.sandbox.supervisor FOLDER`, where graders look for sockets."""

import contextlib
import os
import secrets
import signal
import socket
import sys
import threading
from pathlib import Path

from kireji.sandbox.guest.protocol import BUSY
from kireji.sandbox.supervisor import say, uid_cleanup
from kireji.sandbox.supervisor.session import HOME, WORK, Session
from kireji.sandbox.supervisor.zygote import ZygoteStarter


def serve(listener: socket.socket) -> None:
    """Run a session for who calls, and tell others meanwhile that there is one."""
    zygote = ZygoteStarter()
    zygote.start()
    # the kernel counts by uid: other containers count from elsewhere
    first, last = uid_cleanup.own_range()
    uid = first + secrets.randbelow(last - first)
    free = threading.Lock()

    def run(line: socket.socket, uid: int) -> None:
        session = Session(line, uid, zygote)
        try:
            session.run()
        except (
            Exception
        ) as error:  # what a grader sent was not understood, or there was no room for it
            say(f"a submission could not be started: {type(error).__name__}: {error}")
        if not session.end():
            say("something of a submission could not be removed: starting afresh")
            os._exit(3)  # Docker starts the container again, with everything new
        free.release()

    while True:
        line, _ = listener.accept()
        if free.acquire(blocking=False):
            uid = uid + 1 if uid < last else first + 1
            threading.Thread(target=run, args=(line, uid), daemon=True).start()
        else:
            with contextlib.suppress(OSError):
                line.sendall(BUSY)
            line.close()


def open_listener(folder: Path) -> socket.socket:
    """The socket that graders call, under this container's name; those of containers that are gone
    are removed."""
    for old in folder.glob("*.sock"):
        with socket.socket(socket.AF_UNIX) as caller:
            try:
                caller.connect(str(old))
            except OSError:
                old.unlink(missing_ok=True)
    draft, path = (folder / f"{socket.gethostname()}{end}" for end in (".new", ".sock"))
    draft.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(draft))
    draft.chmod(0o660)
    listener.listen(16)
    draft.rename(path)  # so any supervisor that is free answers
    say(f"ready at {path}")
    return listener


def main() -> None:
    """Usage: python -m kireji.sandbox.supervisor.__main__ FOLDER, where the graders look for
    sockets."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    os.setgroups([])
    try:
        uid_cleanup.own_range()
    except uid_cleanup.NoUidsError as error:
        say(str(error))
        signal.pause()  # a container that ended would be started again and again
    for folder in (WORK.parent, HOME.parent):
        folder.chmod(0o1777)  # Docker forgets a tmpfs's mode when it starts a container again
    serve(open_listener(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
