"""uv does not read pip's configuration: hand it the index, wheels, certificate and proxy that pip
was told of.

On a machine behind a company's mirror they are often set for pip alone."""

import ast
from collections.abc import Mapping

RANK = {"global": 0, "install": 1, ":env:": 2}  # as pip itself ranks its sections
INDEXES = ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")


def parse(listing: str) -> dict[str, str]:
    """What `pip config list` says, one value for each name: {"index-url": ...}."""
    ranked: dict[str, tuple[int, str]] = {}
    for line in listing.splitlines():
        key, equals, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if equals and section in RANK and RANK[section] >= ranked.get(name, (0, ""))[0]:
            ranked[name] = RANK[section], str(ast.literal_eval(value))
    return {name: value for name, (_, value) in ranked.items()}


def for_uv(
    pip: Mapping[str, str], environment: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """Arguments and environment variables that make uv look where pip looks; what is set for uv
    already stays."""
    arguments: list[str] = []
    settings: dict[str, str] = {}
    if "cert" in pip:
        settings["SSL_CERT_FILE"] = pip["cert"]
    if "proxy" in pip:
        settings |= {"HTTPS_PROXY": pip["proxy"], "HTTP_PROXY": pip["proxy"]}
    if "trusted-host" in pip:
        settings["UV_INSECURE_HOST"] = " ".join(pip["trusted-host"].split())
    if not any(name in environment for name in INDEXES):
        if "index-url" in pip:
            settings["UV_DEFAULT_INDEX"] = pip["index-url"].strip()
        if "extra-index-url" in pip:
            settings["UV_INDEX"] = " ".join(pip["extra-index-url"].split())
            settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # pip's way: all indexes are one
        if "find-links" in pip:
            settings["UV_FIND_LINKS"] = ",".join(pip["find-links"].split())
        if pip.get("no-index", "").lower() in ("1", "true", "yes", "on"):
            arguments.append("--no-index")
    return arguments, {name: value for name, value in settings.items() if name not in environment}
