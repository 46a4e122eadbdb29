"""`./kireji forget` while the embedded hub is up."""

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.support.live_course import MAX_WAIT_SECONDS, LiveCourse


def test_a_person_is_out_at_once_and_the_server_ends(tmp_path: Path) -> None:
    course = LiveCourse(tmp_path)
    course.release_something()
    course.start()
    try:
        homes = course.root / "var" / "homes"
        with course.log_in("bob") as bob:
            bob.get(f"{course.address}/hub/spawn")
            wait(lambda: (homes / "bob").exists())
            assert is_in(bob, course)
            done = subprocess.run(
                [sys.executable, "-P", "-m", "kireji", "forget", "bob", "--yes"],
                cwd=course.root,
                env=course.environment,
                capture_output=True,
                text=True,
                timeout=MAX_WAIT_SECONDS,
            )
            assert (done.returncode, done.stderr) == (0, ""), done.stdout
            assert "Everything of bob is removed" in done.stdout
            assert not is_in(bob, course)
        time.sleep(2)  # a server that had gone on would write here
        assert not (homes / "bob").exists()
        with course.log_in("alice") as alice:
            assert is_in(alice, course)
        record = (course.root / "var" / "audit" / "audit.jsonl").read_text().splitlines()
        did = [(event["what"], event["whom"]) for event in map(json.loads, record)]
        assert did[0] == ("released an assignment", "tiny")
        assert did[-2:] == [("removed an account", "bob"), ("forgot a person", "bob")]
    finally:
        course.stop()


def is_in(session, course: LiveCourse) -> bool:
    return session.get(f"{course.address}/hub/home").url.endswith("/hub/home")


def wait(true) -> None:
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)
