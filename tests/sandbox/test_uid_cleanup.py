"""Uids for submissions, in whatever user namespace the container runs."""

import ctypes
import os
import signal
import time
import traceback
from pathlib import Path

import pytest

from kireji.sandbox.supervisor import uid_cleanup

WHOLE = "         0          0 4294967295\n"
REMAPPED = "         0     100000      65536\n"
ROOTLESS = "         0       1000          1\n         1     100000      65536\n"


def test_without_remapping_uids_are_far_from_any_account() -> None:
    assert uid_cleanup.uid_range(WHOLE, WHOLE) == (uid_cleanup.FIRST_UID, uid_cleanup.LAST_UID)


@pytest.mark.parametrize("text", [REMAPPED, ROOTLESS])
def test_a_remapped_engine_has_fewer(text: str) -> None:
    first, last = uid_cleanup.uid_range(text, text)
    assert 1000 < first < last < 65_534  # neither the services' account nor nobody's
    assert uid_cleanup.uid_range(WHOLE, text) == (first, last)  # the groups count as well


def test_a_large_map_is_used_as_far_as_it_goes() -> None:
    assert uid_cleanup.uid_range("0 100000 1000000\n") == (uid_cleanup.FIRST_UID, 999_999)


@pytest.mark.parametrize(
    "text", ["0 1000 1\n", "0 100000 20000\n", "0 0 20000\n30000 9000 40000\n"]
)
def test_a_map_with_a_gap_or_too_few_is_refused(text: str) -> None:
    with pytest.raises(uid_cleanup.NoUidsError, match="/etc/subuid"):
        uid_cleanup.uid_range(text)


def end_a_submission() -> None:
    """What the supervisor does, as the first program of a container."""
    uid_cleanup.own_range.cache_clear()
    _, last = uid_cleanup.own_range()
    assert last < 65_536
    uid = last - 7
    os.setgroups([])
    child = os.fork()
    if child == 0:
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        while True:
            time.sleep(1)
    while os.stat(f"/proc/{child}").st_uid != uid:
        time.sleep(0.01)
    uid_cleanup.kill_all(uid)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    with uid_cleanup.acting_as(uid):
        assert os.geteuid() == uid


@pytest.mark.skipif(os.geteuid() != 0, reason="a user namespace with 65,536 uids takes root")
def test_a_submission_is_ended_in_a_remapped_user_namespace() -> None:
    """As under userns-remap: 65,536 uids, and root has no uid outside."""
    ready, go = os.pipe(), os.pipe()
    libc = ctypes.CDLL(None, use_errno=True)
    pid = os.fork()
    if pid == 0:
        try:
            os.write(ready[1], b"-" if libc.unshare(0x10000000) else b"+")  # CLONE_NEWUSER
            os.read(go[0], 1)
            os.setresgid(0, 0, 0)
            os.setresuid(0, 0, 0)
            end_a_submission()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    try:
        assert os.read(ready[0], 1) == b"+", "this machine makes no user namespaces"
        for kind in ("uid", "gid"):
            Path(f"/proc/{pid}/{kind}_map").write_text("0 100000 65536")
    finally:
        os.write(go[1], b"+")
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        for descriptor in (*ready, *go):
            os.close(descriptor)
    assert status == 0
