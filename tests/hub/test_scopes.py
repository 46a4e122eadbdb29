"""docs/explanation/security.md lists the hub's permissions exactly as they are configured."""

import os
import re

import pytest
from traitlets.config import Config, PyFileConfigLoader

from kireji.installation import DOCS, HUB_CONFIG


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Config:
    for name in ("PORT", "HUB_PORT", "PROXY_PORT", "COURSE_PORT", "DESK_PORT"):
        monkeypatch.setitem(os.environ, f"KIREJI_{name}", "1")
    return Config(PyFileConfigLoader("jupyterhub_config.py", path=str(HUB_CONFIG)).load_config())


def test_every_scope_has_its_reason(configured: Config) -> None:
    section = (
        (DOCS / "explanation" / "security.md")
        .read_text()
        .split("## The hub\n")[1]
        .split("\n## ")[0]
    )
    rows = re.findall(
        r"^\| `(\w+)` \| [^|]+ \| ((?:`[^`]+`(?:, )?)+) \| ([^|]+) \|$", section, re.MULTILINE
    )
    documented = {}
    for role, scopes, reason in rows:
        assert len(reason.split()) > 3, reason
        documented.setdefault(role, set()).update(re.findall("`([^`]+)`", scopes))
    assert documented == {
        role["name"]: set(role["scopes"]) for role in configured.JupyterHub.load_roles
    }


def test_nobody_is_an_administrator(configured: Config) -> None:
    assert not {"admin_users", "allow_all", "allow_existing_users"} & {
        name for name, value in configured.Authenticator.items() if value
    }
    assert "admin" not in {role["name"] for role in configured.JupyterHub.load_roles}
