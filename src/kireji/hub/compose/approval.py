"""What an instructor does with accounts: approve, withdraw, discard. By forms: the library's own
links would act also when another page makes the browser follow them."""

from typing import Any

from jupyterhub.handlers import BaseHandler
from jupyterhub.scopes import needs_scope
from nativeauthenticator.handlers import (
    AuthorizationAreaHandler,
    DiscardHandler,
    ToggleAuthorizationHandler,
)
from nativeauthenticator.orm import UserInfo
from tornado.web import HTTPError

from kireji.hub.compose import former
from kireji.hub.departure import end_access

WITH_FILES = "with_files"  # the field by which an instructor hands over the files of a name
FILES_ARE_KEPT = (
    "The account {0!r} was not approved: files of a former account of that name are kept, and "
    "would be this person's. If it is the same person, approve it with the files. If not, remove "
    "them first: docker compose run --rm keeper forget {0}"
)


def approve_or_withdraw(handler: BaseHandler, account: UserInfo) -> None:
    """Change whether the owner of `account` may come in, and note who did it."""
    name, by = account.username, handler.current_user.name
    UserInfo.change_authorization(handler.db, name)
    did = "approved" if account.is_authorized else "withdrew"
    handler.log.info("%s %s the account of %s", by, did, name)
    handler.authenticator.course.audit.record(f"{did} an account", name, by=by)


class Accounts(AuthorizationAreaHandler):
    """The page with all accounts; says which names have files of a former account. Its form
    approves all that wait, except these names."""

    SUPPORTED_METHODS = ("GET", "POST")

    @needs_scope("admin:users")
    async def get(self) -> None:
        accounts = self.db.query(UserInfo).all()
        self.finish(
            await self.render_template(
                "authorization-area.html",
                users=accounts,
                former={
                    user.username
                    for user in accounts
                    if former.is_noted(self.authenticator.course, user.username)
                },
                with_files=WITH_FILES,
                waiting=len(self.waiting()),
            )
        )

    @needs_scope("admin:users")
    async def post(self) -> None:
        for account in self.waiting():
            approve_or_withdraw(self, account)
        self.redirect(f"{self.hub.base_url}authorize")

    def waiting(self) -> list[UserInfo]:
        """The accounts that can be approved without a decision on former files."""
        accounts = self.db.query(UserInfo).filter_by(is_authorized=False)
        course = self.authenticator.course
        return [account for account in accounts if not former.is_noted(course, account.username)]


class Approve(ToggleAuthorizationHandler):
    """Approves an account that waits, or withdraws that, which logs the person out and ends the
    server; the log says who did it."""

    SUPPORTED_METHODS = ("POST",)

    @needs_scope("admin:users")
    async def post(self, name: str) -> None:
        account = self.authenticator.get_user(name)
        if account is None:
            raise HTTPError(404, f"There is no account {name!r}. It may just have been discarded.")
        if not account.is_authorized and former.is_noted(self.authenticator.course, name):
            if not self.get_body_argument(WITH_FILES, ""):
                raise HTTPError(409, FILES_ARE_KEPT.format(name), reason="Files are kept")
            former.settle(self.authenticator.course, name)
        approve_or_withdraw(self, account)
        if not account.is_authorized:
            await end_access(self, name)
        self.redirect(f"{self.hub.base_url}authorize")


class Discard(DiscardHandler):
    """Removes an account that waits."""

    SUPPORTED_METHODS = ("POST",)

    @needs_scope("admin:users")
    async def post(self, name: str) -> None:
        self.log.info("%s discarded the account of %s", self.current_user.name, name)
        self.authenticator.course.audit.record(
            "discarded an account", name, by=self.current_user.name
        )
        account = self.authenticator.get_user(name)
        if account is not None and not account.is_authorized:
            await end_access(self, name)
            former.settle(self.authenticator.course, name)
        await super().get(name)


def handlers() -> dict[str, Any]:
    """The library's addresses that these serve."""
    return {
        "/authorize": Accounts,
        r"/authorize/([^/]*)": Approve,
        r"/discard/([^/]*)": Discard,
    }
