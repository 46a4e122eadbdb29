"""The hub's log-in: asks accounts.json."""

import hmac

from jupyterhub.auth import Authenticator

from kireji.hub.accounts import load_accounts, new_password


class AccountsAuthenticator(Authenticator):
    """Lets in whoever gives the password that accounts.json holds for the name."""

    async def authenticate(self, handler, data):
        """Return the name, or None for a wrong name or password (in the same time, whichever it was)."""
        account = load_accounts().get(data["username"])
        expected = account.password if account else new_password()
        matches = hmac.compare_digest(expected.encode(), data["password"].encode())
        return account.name if account and matches else None
