"""Accounts of another place (OAuth 2, LTI 1.3): which name here belongs to which of them.

People may choose their names there, or change them. So a name that would have to be changed to be
an account's is refused, not made to fit (in Unicode several letters have the same small letter),
and the first person under a name keeps it.
"""

import json
from pathlib import Path
from typing import Any

from ltiauthenticator.lti13.auth import LTI13Authenticator
from ltiauthenticator.lti13.constants import LTI13_CUSTOM_CLAIM
from ltiauthenticator.lti13.handlers import LTI13CallbackHandler
from oauthenticator.generic import GenericOAuthenticator
from oauthenticator.oauth2 import OAuthCallbackHandler
from tornado.httpclient import HTTPClientError
from tornado.web import HTTPError

from kireji.course import settings
from kireji.course.roster import NAME, SPELLED
from kireji.files.atomic import write_whole
from kireji.hub.compose.enrolment import Enrolled

# {way in: {name: the number or the like by which the other place knows the person}}
# in the hub's folder
PERSONS = "persons.json"
NUMBERS = ("sub", "id")  # where it stands: in OpenID Connect and LTI; elsewhere
FROM_THERE = (
    "Open the course in your learning platform, and follow the link that leads here from there."
)


def refused(sentence: str, status: int = 403) -> HTTPError:
    """What a page says to somebody who is not let in."""
    return HTTPError(status, sentence, reason="You are not let in")


def once_more(error: HTTPError, how: str) -> HTTPError:
    """The libraries' refusals of what was sent are for engineers."""
    if error.status_code not in (400, 401):
        return error
    said = (error.get_message() or "").rstrip(".")
    return refused(
        "What the place that you come from sent is not accepted:"
        f" {said}. {how} If that does not help, show this to your"
        " instructor.",
        error.status_code,
    )


def account_name(claims: dict[str, Any], claim: str, value: Any) -> str:
    """The name of the account for `value`, which the other place gives for `claim`.
    HTTPError with a sentence if none does."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise refused(
            f"The place that you come from does not say who you are: it gives no {claim!r}. "
            "Show this to your instructor; docs/howto/run-a-class.md says how another is taken."
        )
    if claim == "email" and not is_verified(claims) and not settings.value("unverified_email"):
        raise refused(
            f"The place that you come from does not say that it verified that {value[:80]!r} is"
            " your address. Verify it there, then come again. If you cannot, show this to your"
            " instructor: docs/howto/use-an-lms.md says how another name is taken."
        )
    if not value.isascii() or not NAME.fullmatch(value.lower()):
        raise refused(
            f"The place that you come from calls you {value[:80]!r}, which cannot be an account's"
            f" name here: {SPELLED}. Show this to your instructor."
        )
    return value.lower()


def is_verified(claims: dict[str, Any]) -> bool:
    """Whether the other place says that it verified the address; some say it as a text."""
    said = claims.get("email_verified")
    return said is True or said == "true"


class Persons:
    """Who has which account, for one way in."""

    def __init__(self, way: str, path: Path) -> None:
        self.way, self.path = way, path

    def check(self, name: str, claims: dict[str, Any]) -> None:
        """Remember who comes under `name` for the first time. HTTPError with a sentence if somebody
        else did before."""
        person = next((str(claims[key]) for key in NUMBERS if claims.get(key)), None)
        if person is None:
            return  # a place that tells names only
        everybody = self._load()
        ours = everybody.setdefault(self.way, {})
        if name not in ours:
            ours[name] = person
            self._save(everybody)
        elif ours[name] != person:
            raise refused(
                f"The account {name!r} here belongs to another person, who used that name"
                " before. Show this to your instructor."
            )

    def forget(self, name: str) -> None:
        """The next person who comes as `name` gets it."""
        everybody = self._load()
        if everybody.get(self.way, {}).pop(name, None):
            self._save(everybody)

    def _load(self) -> dict[str, dict[str, str]]:
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def _save(self, everybody: dict[str, dict[str, str]]) -> None:
        write_whole(self.path, json.dumps(everybody, indent=2) + "\n", mode=0o600)


class Elsewhere(Enrolled):
    """An authenticator for the accounts of another place."""

    way: str

    @property
    def persons(self) -> Persons:
        return Persons(self.way, self.course.hub / PERSONS)

    async def run_post_auth_hook(self, handler, auth_model):
        """Once it is known who comes, and that the name may come in."""
        self.persons.check(auth_model["name"], self.claims(auth_model))
        return await super().run_post_auth_hook(handler, auth_model)

    def forget(self, name: str) -> None:
        """Free a name: its files are gone, or an instructor hands them on. An account that is only
        deleted in the hub's list of people stays its owner's, or the next one of that name would
        get the files."""
        self.persons.forget(name)


class ComeBack(OAuthCallbackHandler):
    """Where people come back to with OAuth."""

    async def get(self):
        try:
            await super().get()
        except HTTPError as error:
            raise once_more(error, "Begin again at /hub/login.") from None


class OAuth(Elsewhere, GenericOAuthenticator):
    """Accounts of a provider of OAuth 2 or OpenID Connect."""

    way = "oauth"
    callback_handler = ComeBack

    def claims(self, auth_model):
        return auth_model["auth_state"][self.user_auth_state_key]

    def user_info_to_username(self, user_info):
        return account_name(user_info, self.username_claim, user_info.get(self.username_claim))

    async def fetch(self, *args, **kwargs):
        """As the library's, but where the other place does not answer as it should, people read a
        sentence, and the log has the rest."""
        try:
            return await super().fetch(*args, **kwargs)
        except (HTTPClientError, OSError, ValueError) as error:
            self.log.error(
                "The place that KIREJI_OAUTH_TOKEN_URL and KIREJI_OAUTH_USERDATA_URL name did not"
                " answer as it should: %s",
                error,
            )
            raise HTTPError(
                502,
                "The place that has the accounts did not answer as it should. Try again in a"
                " minute; if that does not help, tell your instructor.",
                reason="No one can come in now",
            ) from None


class Launch(LTI13CallbackHandler):
    """Where people arrive with LTI."""

    async def post(self):
        try:
            await super().post()
        except HTTPError as error:
            raise once_more(error, FROM_THERE) from None


class LTI13(Elsewhere, LTI13Authenticator):
    """A learning platform."""

    way = "lti13"
    callback_handler = Launch

    def get_custom_html(self, base_url):
        """What the log-in page says: no person can begin here."""
        return f'<p class="text-center">{FROM_THERE}</p>'

    def claims(self, auth_model):
        return auth_model["auth_state"]

    def get_username(self, token):
        """As the library's, but a missing claim never gives a person another account."""
        key = self.username_key
        given = token.get(LTI13_CUSTOM_CLAIM) or {} if key.startswith("custom_") else token
        return account_name(token, key, given.get(key.removeprefix("custom_")))
