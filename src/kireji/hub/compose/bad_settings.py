"""What a service of the compose deployment does where it cannot start with its settings."""

import sys
import time
from typing import NoReturn

REMINDER_SECONDS = 600.0


def wait_for_other_settings(service: str, reason: Exception) -> NoReturn:
    """Say why, again and again, until the container is made anew with other settings.

    A service that ended would be started again by Docker, and again, and its reason would be lost
    among the starts. Its health check fails meanwhile."""
    while True:
        print(
            f"The {service} does not start: {reason} "
            "Change .env, next to docker-compose.yml, then: docker compose up -d",
            file=sys.stderr,
            flush=True,
        )
        time.sleep(REMINDER_SECONDS)
