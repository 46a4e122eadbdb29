"""Accounts that people make for themselves and an instructor approves; those of instructors and of
the roster are made at the start."""

import bcrypt
from jupyterhub.handlers.login import LoginHandler
from nativeauthenticator import NativeAuthenticator
from nativeauthenticator.orm import UserInfo
from tornado.web import HTTPError

from kireji.hub.accounts import new_password
from kireji.hub.compose import approval, former
from kireji.hub.compose.enrolment import Enrolled
from kireji.hub.compose.service import instructors, roster

FIRST_PASSWORDS = "first-passwords"  # in the hub's folder
WAITS = (
    "Your account waits for your instructor's approval. Come back when you have been told that you"
    " are let in."
)


class ApprovedAuthenticator(Enrolled, NativeAuthenticator):
    """NativeAuthenticator, with instructors and a class: no other person can sign up under their
    names."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in dict.fromkeys(
            [*instructors(self.course), *(person.name for person in roster(self.course))]
        ):
            if not self.user_exists(name):
                self._make_approved(name)

    def _make_approved(self, name: str) -> None:
        password = new_password()
        self.db.add(
            UserInfo(
                username=self.normalize_username(name),
                is_authorized=True,
                password=bcrypt.hashpw(password.encode(), bcrypt.gensalt()),
            )
        )
        self.db.commit()
        self.course.audit.record("made an account", name, by="settings and roster")
        passwords = self.course.hub / FIRST_PASSWORDS
        with passwords.open("a") as file:
            file.write(f"{name} {password}\n")
        passwords.chmod(0o600)
        self.log.warning(
            "Made the account %r. Its first password: docker compose exec -u kireji hub cat %s",
            name,
            passwords,
        )

    def create_user(self, username, password, **kwargs):
        """Somebody signs up. Files of a former account of that name are not theirs by that."""
        account = super().create_user(username, password, **kwargs)
        if account:
            self.course.audit.record("signed up", account.username, by=account.username)
        if account and former.has_files(self.course, account.username):
            former.note(self.course, account.username)
            self.log.warning(
                "%s signed up; files of a former account of that name are kept", account.username
            )
        return account

    def delete_user(self, user):
        super().delete_user(user)
        former.settle(self.course, user.name)

    async def authenticate(self, handler, data):
        """As the library's, but tells a person with the right password that the account waits for
        approval."""
        name = await super().authenticate(handler, data)
        account = self.get_user(data["username"])
        if (
            name is None
            and account
            and not account.is_authorized
            and account.is_valid_password(data["password"])
        ):
            raise HTTPError(403, WAITS)
        return name

    def get_handlers(self, app):
        """JupyterHub's own log-in page: the library's does not run with this JupyterHub (it asks
        for `statsd`). And forms for what an instructor decides."""
        ours = {"/login": LoginHandler} | approval.handlers()
        return [(path, ours.get(path, handler)) for path, handler in super().get_handlers(app)]
