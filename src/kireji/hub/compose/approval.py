"""What an instructor does with accounts: approve, withdraw, discard. By forms: the library's own
links would act whoever made them be followed."""

from jupyterhub.scopes import needs_scope
from nativeauthenticator.handlers import DiscardHandler, ToggleAuthorizationHandler
from nativeauthenticator.orm import UserInfo


class Approve(ToggleAuthorizationHandler):
    """Approves an account that waits, or withdraws that; the log says who did it."""

    SUPPORTED_METHODS = ("POST",)

    @needs_scope("admin:users")
    async def post(self, name: str) -> None:
        UserInfo.change_authorization(self.db, name)
        account = self.authenticator.get_user(name)
        if account is not None:
            self.log.info(
                "%s %s the account of %s",
                self.current_user.name,
                "approved" if account.is_authorized else "withdrew",
                name,
            )
        self.redirect(f"{self.hub.base_url}authorize")


class Discard(DiscardHandler):
    """Removes an account that waits."""

    SUPPORTED_METHODS = ("POST",)

    @needs_scope("admin:users")
    async def post(self, name: str) -> None:
        self.log.info("%s discarded the account of %s", self.current_user.name, name)
        await super().get(name)
