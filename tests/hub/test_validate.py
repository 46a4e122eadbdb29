"""JupyterLab has no Validate button: it would train, and call any notebook a success."""

import json
import runpy
from pathlib import Path

import pytest
from traitlets.config import Config

from kireji.exchange.student_server import kireji_handing_in
from kireji.installation import HUB_CONFIG

SERVERS = ("student_server", "course_service")


@pytest.mark.parametrize("server", SERVERS)
def test_the_button_is_disabled(server):
    page = json.loads((HUB_CONFIG / server / "labconfig" / "page_config.json").read_text())
    assert page["disabledExtensions"]["@jupyter/nbgrader:validate-assignment"] is True


@pytest.mark.parametrize("server", SERVERS)
def test_the_server_does_not_validate(server, monkeypatch):
    # A server finds the course's extensions on its own path.
    monkeypatch.syspath_prepend(str(Path(kireji_handing_in.__file__).parent))
    config = Config()
    path = HUB_CONFIG / server / "jupyter_server_config.py"
    runpy.run_path(str(path), {"get_config": lambda: config})
    extensions = config.ServerApp.jpserver_extensions
    assert extensions["nbgrader.server_extensions.validate_assignment"] is False
