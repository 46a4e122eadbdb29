"""The limit of a student's home in the compose deployment: the server of who holds too much is
ended with the reason, without containers."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from dockerspawner import DockerSpawner

from kireji.course.layout import Course
from kireji.hub.compose import spawner
from kireji.hub.compose.spawner import ContainerSpawner
from kireji.hub.server_limits import ROOM_BYTES

LIMIT = 2 * ROOM_BYTES


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ContainerSpawner:
    """Alice's, which runs, as far as the engine says; her home is `tmp_path`/home."""

    async def runs(self: DockerSpawner) -> None:
        return None

    async def stopped(self: ContainerSpawner, now: bool = False) -> None:
        self.was_stopped = True

    async def engine(self: ContainerSpawner, *order: object) -> None:
        """Does what it is told."""

    (tmp_path / "home").mkdir()
    monkeypatch.setattr(DockerSpawner, "poll", runs)
    monkeypatch.setattr(ContainerSpawner, "stop", stopped)
    monkeypatch.setattr(ContainerSpawner, "asynchronously", engine)
    monkeypatch.setattr(ContainerSpawner, "own_folders", lambda self: [tmp_path / "home"])
    monkeypatch.setattr(
        ContainerSpawner, "deployment", SimpleNamespace(project="test", members=dict)
    )
    course = Course(tmp_path / "course")
    course.hub.mkdir(parents=True)
    return ContainerSpawner(course=course, user=SimpleNamespace(name="alice"), disk_limit=LIMIT)


def look(server: ContainerSpawner) -> int | None:
    return asyncio.run(server.poll())


def test_a_home_that_holds_too_much_ends_its_server_with_the_reason(
    server: ContainerSpawner, tmp_path: Path
) -> None:
    assert look(server) is None
    (tmp_path / "home" / "big").write_bytes(bytes(LIMIT + 4096))
    assert look(server) == 1 and server.was_stopped
    assert "it filled the disk" in spawner.note_of(Course(tmp_path / "course"), "alice").read_text()


def test_who_holds_too_much_already_may_come_in_to_clear_up(
    server: ContainerSpawner, tmp_path: Path
) -> None:
    (tmp_path / "home" / "big").write_bytes(bytes(LIMIT + 4096))
    assert look(server) is None  # as much as at the start
    (tmp_path / "home" / "more").write_bytes(bytes(ROOM_BYTES + 4096))
    assert look(server) == 1
