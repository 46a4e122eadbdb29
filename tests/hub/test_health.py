"""The health check of the compose deployment says what is wrong with the disk."""

import shutil
from collections import namedtuple

import pytest

from kireji.hub.compose.health import LEAST_BYTES, disk_problem

Disk = namedtuple("Disk", "total used free")


@pytest.mark.parametrize(("free", "fine"), [(LEAST_BYTES, True), (LEAST_BYTES - 1, False)])
def test_a_disk_that_fills_up_is_said(
    free: int, fine: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Disk(10**12, 10**12 - free, free))
    problem = disk_problem("/srv/homes")
    assert (
        problem is None if fine else "Only 2.0 GB are free on the disk with /srv/homes" in problem
    )
