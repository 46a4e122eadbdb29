"""Who may come in, by settings: people who sign up and are approved, or the accounts of another
place (OAuth 2, LTI 1.3).

A person who comes in is enrolled: instructors by the setting KIREJI_INSTRUCTORS, everybody else as
a student.
"""

from typing import Any

from kireji.course import settings
from kireji.course.layout import Course
from kireji.course.roster import NAME
from kireji.errors import KirejiError
from kireji.hub.compose.service import instructors, roster

# setting of ours -> the library's, for each way in
OAUTH = {
    "KIREJI_OAUTH_CLIENT_ID": "client_id",
    "KIREJI_OAUTH_CLIENT_SECRET": "client_secret",
    "KIREJI_OAUTH_AUTHORIZE_URL": "authorize_url",
    "KIREJI_OAUTH_TOKEN_URL": "token_url",
    "KIREJI_OAUTH_USERDATA_URL": "userdata_url",
    "KIREJI_OAUTH_CALLBACK_URL": "oauth_callback_url",
    "KIREJI_OAUTH_USERNAME_CLAIM": "username_claim",
    "KIREJI_OAUTH_SCOPE": "scope",
    "KIREJI_OAUTH_NAME": "login_service",
}
LTI = {
    "KIREJI_LTI_ISSUER": "issuer",
    "KIREJI_LTI_CLIENT_ID": "client_id",
    "KIREJI_LTI_AUTHORIZE_URL": "authorize_url",
    "KIREJI_LTI_JWKS_URL": "jwks_endpoint",
    "KIREJI_LTI_USERNAME_KEY": "username_key",
}


def configure(c: Any, course: Course) -> None:
    """Set up the way in that KIREJI_ACCOUNTS names. KirejiError for a setting that is missing or
    not known."""
    check(course)
    c.Authenticator.username_pattern = NAME.pattern + r"\Z"
    allowed = settings.value("allowed")
    if allowed:
        c.Authenticator.allowed_users = {
            *allowed,
            *instructors(course),
            *(person.name for person in roster(course)),
        }
    c.Authenticator.allow_all = not allowed
    c.Authenticator.allow_existing_users = False  # else people who were here before are let in too
    WAYS[settings.value("accounts")](c)


def sign_up(c: Any) -> None:
    """People make their accounts and an instructor approves them at /hub/authorize."""
    from kireji.hub.compose.authenticator import ApprovedAuthenticator

    c.JupyterHub.authenticator_class = ApprovedAuthenticator
    c.NativeAuthenticator.minimum_password_length = 8
    c.NativeAuthenticator.check_common_password = True
    c.NativeAuthenticator.allowed_failed_logins = 10
    c.NativeAuthenticator.seconds_before_next_try = 60


def oauth(c: Any) -> None:
    """The accounts of a university, a GitLab, a Keycloak, ...: anything that speaks OAuth 2 or
    OpenID Connect."""
    from kireji.hub.compose.external_accounts import OAuth

    c.JupyterHub.authenticator_class = OAuth
    take(c.OAuth, OAUTH)


def lti13(c: Any) -> None:
    """People come from their learning platform (Moodle, Canvas, ...) by a link in the course
    there."""
    from kireji.hub.compose.external_accounts import LTI13

    c.JupyterHub.authenticator_class = LTI13
    take(c.LTI13, LTI)


def take(section: Any, theirs_by_ours: dict[str, str]) -> None:
    """Put the environment's settings into a section of the configuration."""
    values = {ours: _value(ours) for ours in theirs_by_ours}
    for ours, theirs in theirs_by_ours.items():
        value: Any = values[ours]
        if theirs == "scope":
            value = value.split()
        elif ours == "KIREJI_LTI_CLIENT_ID":
            value = set(value.split())
        setattr(section, theirs, value)


def check(course: Course) -> None:
    """KirejiError that names the settings which the way in also needs."""
    way = settings.value("accounts")
    if way == "signup":
        return
    missing = [ours for ours in {"oauth": OAUTH, "lti13": LTI}[way] if not _value(ours)]
    missing += [] if instructors(course) else ["KIREJI_INSTRUCTORS"]
    if missing:
        raise KirejiError(f"KIREJI_ACCOUNTS={way} also needs these settings: {', '.join(missing)}.")


def _value(ours: str) -> Any:
    return settings.value(ours.removeprefix(settings.PREFIX).lower())


WAYS = {"signup": sign_up, "oauth": oauth, "lti13": lti13}
