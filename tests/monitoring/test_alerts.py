"""Prometheus itself loads the alerts and fires each of them, and every number in them exists."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kireji.desk import metrics
from kireji.desk.desk import Desk
from kireji.installation import HUB_CONFIG
from tests.desk.conftest import class_once, small_class  # noqa: F401
from tests.desk.small_class import SmallClass

FOLDER = HUB_CONFIG / "monitoring"
NUMBERS = re.compile(r"\bkireji_[a-z_]+\b")


@pytest.mark.needs("promtool")
def test_each_alert_fires_when_it_should(tmp_path: Path) -> None:
    shutil.copyfile(FOLDER / "alerts.yml", tmp_path / "alerts.yml")
    shutil.copyfile(Path(__file__).with_name("alerts_test.yml"), tmp_path / "alerts_test.yml")
    done = subprocess.run(
        ["promtool", "test", "rules", "alerts_test.yml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_alerts_and_dashboard_use_numbers_that_exist(small_class: SmallClass) -> None:
    text = metrics.exposition(Desk(small_class.course, small_class.config)).decode()
    given = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    given.add("kireji_run_seconds_per_submission")  # from the first run on
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    asked = [panel["targets"][0]["expr"] for panel in dashboard["panels"]]
    asked += re.findall("expr: (.*)", (FOLDER / "alerts.yml").read_text())
    used = {name for one in asked for name in NUMBERS.findall(one)}
    assert used and used <= given
