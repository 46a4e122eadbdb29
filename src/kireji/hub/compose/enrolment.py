"""Who is a student: everybody who comes in and is no instructor."""

from typing import Any

from jupyterhub import orm
from jupyterhub.auth import Authenticator
from jupyterhub.utils import maybe_future
from tornado.web import HTTPError

from kireji.hub import departure
from kireji.hub.compose.service import instructors
from kireji.hub.course_service import INSTRUCTORS, STUDENTS
from kireji.hub.of_course import OfCourse


class Enrolled(OfCourse, Authenticator):
    """An authenticator that enrols as a student everybody who is no instructor: nbgrader asks the
    hub's groups who takes what."""

    def get_handlers(self, app: Any) -> list[tuple[str, type]]:
        """Also what `kireji forget` asks."""
        return [*super().get_handlers(app), *departure.handlers()]

    def add_user(self, user: Any) -> None:
        """For everybody who is known, when the hub starts: who is no longer named as an instructor
        is none, and who is no longer let in is logged out."""
        super().add_user(user)
        if not self.allow_all and user.name not in self.allowed_users:
            user.cookie_id = orm.new_token()
            user.api_tokens = []
        if user.name not in instructors(self.course):
            user.groups = [group for group in user.groups if group.name != INSTRUCTORS]

    def delete_user(self, user: Any) -> None:
        """An account is removed, in the hub's list of people or by `kireji forget`."""
        super().delete_user(user)
        self.course.audit.record("removed an account", user.name, by="the hub")

    async def check_allowed(self, username: str, auth_model: dict | None = None) -> bool:
        """As the library's, but tells a person who is not let in why."""
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
        groups = {group.name for group in user.groups}
        if user.name not in instructors(self.course) and STUDENTS not in groups:
            user.orm_user.groups.append(orm.Group.find(self.db, STUDENTS))
            self.db.commit()
