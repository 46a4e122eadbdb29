"""Who is a student: everybody who comes in and is no instructor."""

from typing import Any

from jupyterhub.utils import maybe_future
from tornado.web import HTTPError

from kireji.hub.compose.service import instructors
from kireji.hub.course_service import INSTRUCTORS, STUDENTS


class Enrolled:
    """An authenticator that enrols as a student everybody who is no instructor: nbgrader asks the
    hub's groups who takes what."""

    def add_user(self, user: Any) -> None:
        """For everybody who is known, when the hub starts: whoever is named as an instructor no
        more is none."""
        super().add_user(user)
        if user.name not in instructors():
            user.groups = [group for group in user.groups if group.name != INSTRUCTORS]

    async def check_allowed(self, username: str, auth_model: dict | None = None) -> bool:
        """As the library's, but whoever is not let in is told why."""
        allowed = await maybe_future(super().check_allowed(username, auth_model))
        if not allowed and auth_model:
            raise HTTPError(
                403,
                f"You have an account, {username!r}, but it is not among those of this class. Ask"
                " your instructor to add it.",
                reason="You are not let in",
            )
        return allowed

    def pre_spawn_start(self, user: Any, spawner: Any) -> None:
        """Before a person's server starts."""
        from jupyterhub import orm

        groups = {group.name for group in user.groups}
        if user.name not in instructors() and STUDENTS not in groups:
            user.orm_user.groups.append(orm.Group.find(self.db, STUDENTS))
            self.db.commit()
