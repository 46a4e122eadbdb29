"""What a monitoring system reads: the numbers, for its key alone, and whether the desk works."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from kireji.hub.desk_service import PREFIX
from kireji.runs import queue
from kireji.runs.run import RunKind
from tests.desk.conftest import FakeHub
from tests.desk.small_class import SmallClass

Open = Callable[..., TestClient]
KEY = {"Authorization": "Bearer token-prometheus"}


def numbers(client: TestClient) -> dict[str, float]:
    """{name with labels: value}, as the key reads them."""
    answer = client.get(f"{PREFIX}metrics", headers=KEY)
    assert answer.status_code == 200, answer.text
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_the_numbers_count_the_class(open_desk: Open, small_class: SmallClass) -> None:
    found = numbers(open_desk())
    assert found['kireji_submissions_waiting{assignment="toy"}'] == 1
    assert found['kireji_submissions_graded{assignment="toy"}'] == 3
    assert 0 < found["kireji_disk_free_bytes"] < found["kireji_disk_size_bytes"]
    assert found["kireji_run_longest_wait_seconds"] == 0


def test_a_waiting_run_is_counted(open_desk: Open, small_class: SmallClass) -> None:
    queue.submit(small_class.course, RunKind.GRADE, ["toy"], by="ines")
    found = numbers(open_desk())
    assert found['kireji_runs{state="waiting"}'] == 1
    assert found["kireji_run_longest_wait_seconds"] > 0


@pytest.mark.parametrize("token", ["", "Bearer token-alice", "Bearer token-ines", "Bearer wrong"])
def test_another_token_reads_no_number(open_desk: Open, token: str) -> None:
    headers = {"Authorization": token} if token else {}
    answer = open_desk().get(f"{PREFIX}metrics", headers=headers)
    assert answer.status_code == 403
    assert "kireji_" not in answer.text


def test_the_key_opens_nothing_else(open_desk: Open) -> None:
    assert open_desk().get(f"{PREFIX}class", headers=KEY).status_code == 403
    assert open_desk().get(f"{PREFIX}api/assignments", headers=KEY).status_code == 403


def test_ready_means_hub_and_gradebook(open_desk: Open, small_class: SmallClass) -> None:
    assert open_desk().get(f"{PREFIX}ready").status_code == 200
    small_class.course.gradebook.write_bytes(b"no database" * 1000)
    answer = open_desk().get(f"{PREFIX}ready")
    assert (answer.status_code, answer.text) == (503, "The gradebook cannot be read.")
    assert open_desk().get(f"{PREFIX}health").status_code == 200


def test_without_the_hub_it_is_not_ready(open_desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(FakeHub, "user_for_token")  # JupyterHub's own, which finds no hub here
    monkeypatch.setattr(FakeHub, "api_url", "http://127.0.0.1:9/hub/api")
    answer = open_desk().get(f"{PREFIX}ready")
    assert (answer.status_code, answer.text) == (503, "The hub does not answer the desk.")
    assert open_desk().get(f"{PREFIX}health").status_code == 200
