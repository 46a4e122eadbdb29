"""The submission as a hidden test sees it: its functions and classes, called in the sandbox,
tensors in and out."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch

from kireji.sandbox.channel import Channel
from kireji.wire import Reference, References


class Callee:
    """Something in the sandbox that can be called: one of the student's functions, or an object of
    theirs.

    Every call takes `seed=` (torch's, set before it; 0 unless told) and `timeout=` seconds in
    addition to its own arguments. A call raises StudentError for what the student's code raises.
    """

    def __init__(self, student: "Student", target: str | Reference) -> None:
        self.student, self.target = student, target

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.method("", *args, **kwargs)

    def method(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """The result of its method `method` ("" for itself)."""
        return self._call(method, args, kwargs)["result"]

    def with_inputs(self, *args: Any, **kwargs: Any) -> tuple[Any, list[Any]]:
        """The result, and the positional arguments as the student's code left them."""
        reply = self._call("", args, kwargs, inputs=True)
        after = reply.get("inputs")
        if not isinstance(after, list) or len(after) != len(args):
            after = [None] * len(args)
        return reply["result"], after

    def gradients(
        self,
        *args: Any,
        of: int = 0,
        wrt: str = "inputs",
        cotangent: torch.Tensor | None = None,
        method: str = "",
        seed: int = 0,
        timeout: float | None = None,
        **kwargs: Any,
    ) -> Any:
        """Gradients of `(output * cotangent).sum()`, where `of` picks one of several outputs.

        wrt="inputs": a list as long as `args`, None for what gets none. wrt="parameters": by name.
        """
        return self.student.ask(
            "gradients",
            seed,
            timeout,
            target=self.target,
            method=method,
            args=list(args),
            kwargs=kwargs,
            of=of,
            wrt=wrt,
            cotangent=cotangent,
        )

    def _call(
        self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any], inputs: bool = False
    ) -> dict[str, Any]:
        seed, timeout = kwargs.pop("seed", 0), kwargs.pop("timeout", None)
        reply = self.student.ask(
            "call",
            seed,
            timeout,
            target=self.target,
            method=method,
            args=list(args),
            kwargs=kwargs,
            inputs=inputs,
        )
        return (
            reply
            if isinstance(reply, dict) and "result" in reply
            else {"result": None, "inputs": None}
        )


class Handle(Callee):
    """An object that lives in the sandbox. It may be an argument of any call."""

    def get(self, path: str) -> Any:
        """An attribute by its dotted path: its value, or a handle where it is no plain data."""
        return self.student.ask("get", target=self.target, path=path)

    def parameters(self) -> dict[str, torch.Tensor]:
        """The module's state by name."""
        state: dict[str, torch.Tensor] = self.student.ask("state", target=self.target)
        return state

    def load(self, state: Mapping[str, torch.Tensor]) -> None:
        """Set the module's state; every name must be there with its shape."""
        self.student.ask("load", target=self.target, state=dict(state))

    def parameter_list(self) -> "Handle":
        """A handle for `list(module.parameters())`, the argument of an optimizer."""
        parameters: Handle = self.student.ask("parameters", target=self.target)
        return parameters

    def train(self) -> "Handle":
        self.method("train")
        return self

    def eval(self) -> "Handle":
        self.method("eval")
        return self


class Handles(References):
    """Sends a handle as its reference, and gives a handle for each reference that arrives."""

    def __init__(self, student: "Student") -> None:
        self.student = student

    def refer(self, value: Any) -> Any:
        return value.target if isinstance(value, Callee) else None

    def resolve(self, reference: Reference) -> Handle:
        return Handle(self.student, reference)


class Student:
    """`student.name(...)` calls the student's `name`; `student.make("Name", ...)` builds one of
    their objects."""

    def __init__(self, channel: Channel) -> None:
        self._channel, self._handles = channel, Handles(self)

    def __getattr__(self, name: str) -> Callee:
        if name.startswith("_"):
            raise AttributeError(name)
        return Callee(self, name)

    def ask(self, do: str, seed: int = 0, timeout: float | None = None, **arguments: Any) -> Any:
        """One request to the agent, with handles in its arguments and in its result."""
        return self._channel.ask(do, seed, timeout, self._handles, **arguments)

    def make(
        self, name: str, *args: Any, seed: int = 0, timeout: float | None = None, **kwargs: Any
    ) -> Handle:
        """A new object: of the student's class `name`, or of a library's by its dotted name."""
        made: Handle = self.ask("make", seed, timeout, target=name, args=list(args), kwargs=kwargs)
        return made

    def defined(self, name: str) -> bool:
        """True if the notebook has a variable `name`."""
        return self.ask("defined", name=name) is True

    def variable(self, name: str) -> Any:
        """The notebook's variable `name`: its value, or a handle where it is no plain data."""
        return self.ask("variable", name=name)

    @contextmanager
    def replaced(self, **names: Any) -> Iterator[None]:
        """Put handles or dotted library names in place of the student's own, for the length of the
        block."""
        self.ask("replace", names=names)
        try:
            yield
        finally:
            self.ask("restore")

    def forget(self) -> None:
        """Drop every object made so far, and put back what was replaced."""
        self.ask("forget")
