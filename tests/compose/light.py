"""A deployment without its course service: the proxy, the hub, and students' servers."""

from tests.compose.stack import LOG_IN, Stack, wait_until


def new_stack(name: str, **settings: str) -> Stack:
    """A deployment with its own project name."""
    stack = Stack(**settings)
    stack.project = stack.settings["COMPOSE_PROJECT_NAME"] = f"{stack.project}-{name}"
    return stack


def start_hub(stack: Stack) -> None:
    """The hub and the proxy, until the hub answers."""
    stack.compose("up", "-d", "hub")
    wait_until(lambda: stack.answers(LOG_IN), lambda: stack.logs("hub"))
