"""Two deployments on one engine: a backup of one, restored into the other, touches nothing of the
first."""

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from kireji.errors import KirejiError
from kireji.hub.compose import networks
from tests.compose.keeping import keeper
from tests.compose.light import new_stack, start_hub
from tests.compose.people import PASSWORD, is_in, make_account, open_server, session
from tests.compose.stack import Stack
from tests.compose.stack import docker as run_docker

pytestmark = pytest.mark.needs("docker")


@pytest.fixture(scope="module")
def live() -> Iterator[Stack]:
    """A deployment in which Alice works."""
    stack = new_stack("live")
    try:
        stack.compose("build", "proxy", "hub", "student", "course")
        start_hub(stack)
        make_account(stack, "alice")
        with session(stack, "alice") as alice:
            open_server(alice, stack, "alice")
        yield stack
    finally:
        stack.remove()


def test_a_students_log_is_bounded(live: Stack) -> None:
    (student,) = live.students()
    config = live.inspect(student)["HostConfig"]["LogConfig"]
    assert config == {"Type": "json-file", "Config": {"max-size": "5m", "max-file": "2"}}
    flood = (
        "import os; out = open('/proc/1/fd/1', 'wb', 0); [out.write(b'x' * 65535 + b'\\n') for _ in"
        " range(1000)]"
    )
    run_docker("exec", student, "python3", "-c", flood)  # 62 MiB
    log = live.inspect(student)["LogPath"]
    size = sum(path.stat().st_size for path in Path(log).parent.glob("*-json.log*"))
    assert size < 12 * 2**20


def test_a_restored_backup_leaves_the_first_deployment_alone(live: Stack) -> None:
    (student,) = live.students()
    before = live.inspect(student)
    archive = keeper(live, "backup", "-")
    trial = new_stack("trial")
    try:
        keeper(trial, "restore", "-", given=archive)
        start_hub(trial)
        # In the trial Alice logs in with her own password, starts a server there and stops it.
        with session(trial, "alice", PASSWORD) as alice:
            assert is_in(alice, trial)
            open_server(alice, trial, "alice")
            (other,) = trial.students()
            assert other != student
        after = live.inspect(student)
        assert after["State"]["Running"] and after["State"]["Pid"] == before["State"]["Pid"]
        (network,) = after["NetworkSettings"]["Networks"]
        assert network.startswith(live.project)
        found = docker.from_env().networks.get(network).attrs["Containers"]
        assert trial.container("hub") not in found and trial.container("proxy") not in found
    finally:
        trial.remove()
    assert live.inspect(student)["State"]["Running"]
    with session(live, "alice") as alice:  # and her server is still hers
        open_server(alice, live, "alice")
    assert live.students() == [student]


def test_a_network_of_another_deployment_is_neither_joined_nor_removed() -> None:
    client = docker.from_env().api
    name = "kireji-test-one-student-alice"
    networks.make(client, "one", name, "10.215.0.0/16", internet=False)
    try:
        networks.make(client, "one", name, "10.215.0.0/16", internet=False)  # it is there
        with pytest.raises(KirejiError, match="another deployment"):
            networks.make(client, "two", name, "10.215.0.0/16", internet=False)
        with pytest.raises(KirejiError, match="another deployment"):
            networks.connect(client, "two", name, {"hub": "anything"})
        networks.remove(client, "two", name)
        assert client.inspect_network(name)["Labels"][networks.PROJECT] == "one"
    finally:
        networks.remove(client, "one", name)
    with pytest.raises(docker.errors.NotFound):
        client.inspect_network(name)
