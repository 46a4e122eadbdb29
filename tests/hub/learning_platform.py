"""A small learning platform: the platform's side of an LTI 1.3 launch, with a key of its own and
the keys' address."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ISSUER, CLIENT, KEY_ID = "https://lms.example", "kireji-at-lms", "key-1"
# no browser goes there: the tests read where the hub sends the browser
AUTHORIZE = ISSUER + "/authorize"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"


class Platform:
    """Signs launches. `keys_url` is where the hub finds its public key while the platform
    serves."""

    def __init__(self) -> None:
        self.key, self.keys_url = new_key(), ""

    def claims(self, nonce: str, **changes: Any) -> dict[str, Any]:
        """What a launch says of who comes and from where; None leaves a claim out."""
        now = int(time.time())
        said = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "17",
            "email": "alice@uni.example",
            "email_verified": True,
            "nonce": nonce,
            "iat": now,
            "exp": now + 300,
            CLAIM + "version": "1.3.0",
            CLAIM + "message_type": "LtiResourceLinkRequest",
            CLAIM + "deployment_id": "1",
            CLAIM + "target_link_uri": "https://hub.example/hub",
            CLAIM + "resource_link": {"id": "7"},
            CLAIM + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"],
        } | changes
        return {name: value for name, value in said.items() if value is not None}

    def sign(self, claims: dict[str, Any], key: Any = None, algorithm: str = "RS256") -> str:
        return jwt.encode(
            claims, self.key if key is None else key, algorithm, headers={"kid": KEY_ID}
        )

    def public_pem(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @contextmanager
    def serving(self) -> Iterator["Platform"]:
        """The platform's keys at an address on loopback."""
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        body = json.dumps(
            {"keys": [public | {"kid": KEY_ID, "alg": "RS256", "use": "sig"}]}
        ).encode()

        class Keys(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.keys_url = f"http://127.0.0.1:{server.server_port}/keys"
            yield self
            server.shutdown()


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def begin(browser: requests.Session, hub: str) -> dict[str, str]:
    """Follow the platform's link to the hub; what the hub asks the platform then."""
    sent = browser.get(
        f"{hub}/hub/lti13/oauth_login",
        allow_redirects=False,
        params={
            "iss": ISSUER,
            "login_hint": "17",
            "target_link_uri": f"{hub}/hub",
            "client_id": CLIENT,
        },
    )
    address = urlsplit(sent.headers["Location"])
    assert address._replace(query="").geturl() == AUTHORIZE
    return {name: values[0] for name, values in parse_qs(address.query).items()}


def arrive(browser: requests.Session, hub: str, token: str, state: str) -> requests.Response:
    """Come back with what the platform signed."""
    return browser.post(
        f"{hub}/hub/lti13/oauth_callback",
        data={"id_token": token, "state": state},
        allow_redirects=False,
    )
