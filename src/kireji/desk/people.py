"""Who uses the desk, and what each role may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kireji.hub.course_service import INSTRUCTORS
from kireji.hub.desk_service import ASSISTANTS


class Role(StrEnum):
    """An assistant reads and grades; dates, roster and points are the instructor's."""

    INSTRUCTOR = "instructor"
    ASSISTANT = "assistant"


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in. csrf: what their forms must send back; "" with a hub token, which
    no browser sends by itself."""

    name: str
    role: Role
    csrf: str = ""

    @property
    def is_instructor(self) -> bool:
        return self.role is Role.INSTRUCTOR


def role_of(model: dict[str, Any]) -> Role | None:
    """The role of a user of the hub, by the groups of the hub's `model`; None for everybody
    else."""
    groups = set(model.get("groups") or []) if model.get("kind") == "user" else set()
    if INSTRUCTORS in groups:
        return Role.INSTRUCTOR
    return Role.ASSISTANT if ASSISTANTS in groups else None
