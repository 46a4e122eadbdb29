"""Accounts that people make for themselves and an instructor approves; the instructors' own are made at the first start."""

import bcrypt
from jupyterhub.handlers.login import LoginHandler
from nativeauthenticator import NativeAuthenticator
from nativeauthenticator.orm import UserInfo

from kireji.hub.accounts import new_password
from kireji.hub.compose.service import instructors
from kireji.hub.course_service import STUDENTS
from kireji.paths import HUB

FIRST_PASSWORDS = HUB / "first-passwords"


class ApprovedAuthenticator(NativeAuthenticator):
    """NativeAuthenticator, with instructors whose names nobody else can sign up for."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in instructors():
            if not self.user_exists(name):
                self._make_instructor(name)

    def _make_instructor(self, name: str) -> None:
        password = new_password()
        self.db.add(UserInfo(username=self.normalize_username(name), is_authorized=True,
                             password=bcrypt.hashpw(password.encode(), bcrypt.gensalt())))
        self.db.commit()
        with FIRST_PASSWORDS.open("a") as file:
            file.write(f"{name} {password}\n")
        FIRST_PASSWORDS.chmod(0o600)
        self.log.warning("Made the instructor's account %r. Its first password: "
                         "docker compose exec -u kireji hub cat %s", name, FIRST_PASSWORDS)

    def get_handlers(self, app):
        """JupyterHub's own log-in page: the library's does not run with this JupyterHub (it asks for `statsd`)."""
        kept = [handler for handler in super().get_handlers(app) if handler[0] != "/login"]
        return [("/login", LoginHandler), *kept]

    def pre_spawn_start(self, user, spawner):
        """Enrol everybody who is no instructor as a student: nbgrader asks the hub's groups who takes which course."""
        from jupyterhub import orm

        groups = {group.name for group in user.groups}
        if user.name not in instructors() and STUDENTS not in groups:
            user.orm_user.groups.append(orm.Group.find(self.db, STUDENTS))
            self.db.commit()
