"""Every environment variable that Kireji reads, with its type and its default.

`load` reads all of them and names each bad one in a sentence, before anything starts. In the
compose deployment they come from `.env` by way of docker-compose.yml. Standard library only: the
hub's image has little else. What a student's server or kernel reads is not here: it cannot import
this.
"""

import dataclasses
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kireji.errors import KirejiError

PREFIX = "KIREJI_"
ACCOUNTS = ("signup", "oauth", "lti13")
UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
SMALLEST_NETWORK = 29  # prefix length of what one student's server takes


class SettingsError(KirejiError):
    """Which settings are bad, one a line: what is set, and what is expected."""


def _text(said: str) -> str:
    return said


def _names(said: str) -> list[str]:
    return said.lower().replace(",", " ").split()


def _yes_or_no(said: str) -> bool:
    if said.lower() not in ("yes", "no"):
        raise ValueError("yes or no")
    return said.lower() == "yes"


def _accounts(said: str) -> str:
    if said not in ACCOUNTS:
        raise ValueError(f"one of: {', '.join(ACCOUNTS)}")
    return said


def _size(said: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([KMGT])", said.upper())
    if not found or float(found[1]) == 0:
        raise ValueError("a size such as 512M or 2G: a number, and one of K, M, G, T")
    return int(float(found[1]) * UNITS[found[2]])


def _userns_mode(said: str) -> str:
    if said != "host":
        raise ValueError("host, or nothing")
    return said


def _number(said: str) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", said) or float(said) == 0:
        raise ValueError("a number above 0, such as 2 or 1.5")
    return float(said)


def _minutes(said: str) -> int:
    if not re.fullmatch(r"\d{1,6}", said):
        raise ValueError("a whole number of minutes, such as 60, or 0 for never")
    return int(said)


def _port(said: str) -> int:
    if not re.fullmatch(r"\d{1,5}", said) or not 0 < int(said) < 2**16:
        raise ValueError("a port, a number from 1 to 65535")
    return int(said)


def _path(said: str) -> Path:
    if not said.startswith("/"):
        raise ValueError("an absolute path")
    return Path(said)


def _networks(said: str) -> str:
    expected = "an IPv4 network such as 10.213.0.0/16, with a length from 8 to 29"
    try:
        network = ipaddress.IPv4Network(said)
    except ValueError as error:
        raise ValueError(f"{expected} ({error})") from None
    if not 8 <= network.prefixlen <= SMALLEST_NETWORK:
        raise ValueError(expected)
    return said


def _host(said: str) -> str:
    if not re.fullmatch(r"https?://[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?", said):
        raise ValueError("a scheme and a name with a dot, such as https://hub.example.org")
    return said


def _setting(read: Callable[[str], Any], default: str = "") -> Any:
    """A field; `read` raises ValueError with what it expects. An empty default may stay empty."""
    return dataclasses.field(metadata={"read": read, "default": default})


@dataclass(frozen=True)
class Settings:
    """The value of each setting; KIREJI_STUDENT_DISK is `student_disk`."""

    course_name: str = _setting(_text, "Attention mechanisms")  # on the hub's pages
    # Who may come in.
    accounts: str = _setting(_accounts, "signup")
    instructors: list[str] = _setting(_names)
    allowed: list[str] = _setting(_names)
    unverified_email: bool = _setting(_yes_or_no, "no")  # from a place where people cannot set it
    oauth_client_id: str = _setting(_text)
    oauth_client_secret: str = _setting(_text)
    oauth_authorize_url: str = _setting(_text)
    oauth_token_url: str = _setting(_text)
    oauth_userdata_url: str = _setting(_text)
    oauth_callback_url: str = _setting(_text)
    oauth_username_claim: str = _setting(_text, "preferred_username")
    oauth_scope: str = _setting(_text, "openid profile email")
    oauth_name: str = _setting(_text, "your account")
    lti_issuer: str = _setting(_text)
    lti_client_id: str = _setting(_text)
    lti_authorize_url: str = _setting(_text)
    lti_jwks_url: str = _setting(_text)
    lti_username_key: str = _setting(_text, "email")
    # Students' servers.
    idle_minutes: int = _setting(_minutes, "60")
    student_image: str = _setting(_text)
    student_disk: int = _setting(_size, "4G")
    student_memory: int = _setting(_size, "2G")
    student_cpus: float = _setting(_number, "2")
    student_internet: bool = _setting(_yes_or_no, "no")
    userns_mode: str | None = _setting(_userns_mode)  # host: not remapped, with userns-remap
    student_networks: str = _setting(_networks, "10.213.0.0/16")
    subdomain_host: str = _setting(_host)  # below it each student's server gets a name
    # The course service.
    grade_on_submit: bool = _setting(_yes_or_no, "yes")
    sandbox_sockets: Path | None = _setting(_path)  # where the sandbox containers' sockets are
    log: Path | None = _setting(_path)  # the container's log
    clone: Path | None = _setting(_path)  # where .env lies; in the keeper's container
    # The course's folder, unless it is the clone that Kireji runs from; `--course` sets it.
    course: Path | None = _setting(_path)
    # Set by `./kireji up` for the hub that it starts.
    port: int | None = _setting(_port)
    hub_port: int | None = _setting(_port)
    proxy_port: int | None = _setting(_port)
    course_port: int | None = _setting(_port)
    desk_port: int | None = _setting(_port)

    @property
    def in_compose(self) -> bool:
        """Whether this is the keeper of a compose deployment."""
        return self.clone is not None


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """All settings, from this process's environment unless another is given. SettingsError that
    names every bad one."""
    values, bad = {}, []
    for field in dataclasses.fields(Settings):
        try:
            values[field.name] = value(field.name, environment)
        except SettingsError as error:
            bad.append(str(error))
    if bad:
        raise SettingsError("\n".join(bad))
    return Settings(**values)


def value(name: str, environment: Mapping[str, str] | None = None) -> Any:
    """One setting, where the others do not matter. SettingsError if it is bad."""
    field = next(field for field in dataclasses.fields(Settings) if field.name == name)
    variable = variable_of(name)
    said = (os.environ if environment is None else environment).get(variable, "").strip()
    said = said or field.metadata["default"]
    read = field.metadata["read"]
    if not said:
        return [] if read is _names else "" if read in (_text, _host) else None
    try:
        return read(said)
    except ValueError as expected:
        raise SettingsError(f"{variable} is {said[:80]!r} and should be {expected}.") from None


def variable_of(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()


def defaults() -> dict[str, str]:
    """Each environment variable, and its default as one would write it."""
    return {
        variable_of(field.name): field.metadata["default"] for field in dataclasses.fields(Settings)
    }
