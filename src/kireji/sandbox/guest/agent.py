"""Answers the graders' calls from inside the sandbox: it finds what the student defined, calls it,
sends what came.

Everything here shares a process with the student's code and may be changed by it. That is allowed
for: the agent knows no test, no expected value and no score, and the grader believes nothing it
says but the values themselves.
"""

import contextlib
import importlib
import io
import operator
import signal
import socket
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import torch
from wire import Reference, References, Stream, WireError

LIBRARIES = ("attention_lab", "torch")  # where dotted names may lead
MISSING = object()
HELLO = {"id": 0, "value": "ready"}


class NotDefined(Exception):
    """The notebook has no variable of this name."""


class NotCallable(Exception):
    """The notebook's variable of this name is no function and no class. The message is the name,
    a space, and the name of its type."""


class OutOfTime(BaseException):
    """A call took too long. Not an Exception, so that a student's `except Exception` lets it
    through."""


class Sink(io.TextIOBase):
    """What a student's function prints during a hidden test goes nowhere."""

    def write(self, text: str) -> int:
        return len(text)


class Agent(References):
    """Serves the objects of `namespace`, the notebook's global variables, and those that it made
    for the grader, which refers to them by number."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace
        self.objects: dict[int, Any] = {}
        self.replaced: list[tuple[str, Any]] = []

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one request; the reply has either "value" or "error"."""
        operation = getattr(self, "do_" + request["do"])
        try:
            with (
                contextlib.redirect_stdout(Sink()),
                contextlib.redirect_stderr(Sink()),
                limited(request["seconds"]),
            ):
                # Not torch.manual_seed: that notes the stack for each kind of accelerator, a
                # millisecond a call.
                torch.default_generator.manual_seed(request["seed"])
                # As when the notebook begins, whatever its last cells set.
                torch.set_grad_enabled(True)
                torch.set_default_dtype(torch.float32)
                return {"id": request["id"], "value": operation(**request["with"])}
        except OutOfTime:
            return {"id": request["id"], "error": {"type": "OutOfTime", "message": "", "line": ""}}
        except (
            BaseException
        ) as error:  # SystemExit and KeyboardInterrupt too: a call must not end the agent
            return {"id": request["id"], "error": describe(error)}

    def resolve(self, reference: Reference) -> Any:
        """The object that a reference in a request names. It runs none of the student's code: no
        call's time limit holds yet."""
        return self.objects.get(reference.number, MISSING)

    def find(self, name: str) -> Any:
        """What `name` means: the student's own global, or a dotted name in a library.

        A dotted name is never a variable, although a notebook can put one into its globals()."""
        if "." not in name and name in self.namespace:
            return self.namespace[name]
        module, _, attribute = name.rpartition(".")
        if module.split(".")[0] in LIBRARIES:
            return getattr(importlib.import_module(module), attribute)
        raise NotDefined(name)

    def function(self, target: Any, method: str) -> Callable[..., Any]:
        """The callable that a request means: a name's, an object's method, or the object itself."""
        if not isinstance(target, str):
            return getattr(target, method) if method else target
        found = self.find(target)
        if not callable(found):
            raise NotCallable(f"{target} {type(found).__name__}")
        return getattr(found, method) if method else found

    def keep(self, thing: Any) -> Reference:
        number = len(self.objects) + 1
        self.objects[number] = thing
        return Reference(number)

    def do_defined(self, name: str) -> bool:
        return name in self.namespace

    def do_call(
        self,
        target: Any,
        method: str,
        args: list[Any],
        kwargs: dict[str, Any],
        inputs: bool = False,
    ) -> dict[str, Any]:
        """Call it. With `inputs`, the positional arguments come back as the call left them.

        All of them: a change through `.data` or numpy does not raise a tensor's version."""
        result = self.function(target, method)(*args, **kwargs)
        return {"result": result, "inputs": args if inputs else None}

    def do_make(self, target: Any, args: list[Any], kwargs: dict[str, Any]) -> Reference:
        return self.keep(self.function(target, "")(*args, **kwargs))

    def do_get(self, target: Any, path: str) -> Any:
        """An attribute by its dotted path: its value if that is plain data, else a reference to
        it."""
        value = operator.attrgetter(path)(target) if path else target
        plain = isinstance(
            value, (int, float, str, bool, list, tuple, dict, torch.Tensor, type(None))
        )
        return value if plain else self.keep(value)

    def do_variable(self, name: str) -> Any:
        return self.do_get(self.find(name), "")

    def do_parameters(self, target: Any) -> Reference:
        """A reference to the list of a module's parameters, for an optimizer."""
        return self.keep(list(target.parameters()))

    def do_state(self, target: Any) -> dict[str, torch.Tensor]:
        return dict(target.state_dict())

    def do_load(self, target: Any, state: dict[str, torch.Tensor]) -> None:
        target.load_state_dict(state)

    def do_gradients(
        self,
        target: Any,
        method: str,
        args: list[Any],
        kwargs: dict[str, Any],
        of: int,
        wrt: str,
        cotangent: torch.Tensor | None,
    ) -> Any:
        """Gradients of `(output * cotangent).sum()`; None where nothing flows.

        wrt "inputs": a list as long as `args`; wrt "parameters": by name. A missing cotangent is
        all ones. The output is number `of` where the call returns several.
        """
        args = [
            value.clone().requires_grad_()
            if isinstance(value, torch.Tensor) and value.is_floating_point()
            else value
            for value in args
        ]
        if wrt == "parameters":
            target.zero_grad(set_to_none=True)
        output = self.function(target, method)(*args, **kwargs)
        output = output[of] if isinstance(output, (tuple, list)) else output
        (output if cotangent is None else output * cotangent).sum().backward()
        if wrt == "parameters":
            return {name: parameter.grad for name, parameter in target.named_parameters()}
        return [value.grad if isinstance(value, torch.Tensor) else None for value in args]

    def do_replace(self, names: dict[str, Any]) -> None:
        """Put library objects (a reference, or a dotted name) under names of the notebook, until
        `do_restore`."""
        for name, thing in names.items():
            self.replaced.append((name, self.namespace.get(name, MISSING)))
            self.namespace[name] = self.find(thing) if isinstance(thing, str) else thing

    def do_restore(self) -> None:
        while self.replaced:
            name, thing = self.replaced.pop()
            if thing is MISSING:
                self.namespace.pop(name, None)
            else:
                self.namespace[name] = thing

    def do_forget(self) -> None:
        self.do_restore()
        self.objects.clear()


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the main thread after `seconds`."""

    def ring(signum: int, frame: Any) -> None:
        raise OutOfTime

    previous = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def describe(error: BaseException) -> dict[str, str]:
    """What went wrong in the student's own words: the error's type, its message, and the line of
    theirs it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        frame for frame in frames if "ipykernel" in frame.filename or frame.filename.startswith("<")
    ]
    try:
        message = str(error)
    except Exception:  # a __str__ of the student's own
        message = ""
    return {
        "type": type(error).__name__[:80],
        "message": message[:2000],
        "line": (own[-1].line or "")[:500] if own else "",
    }


def serve(connection: socket.socket, namespace: dict[str, Any]) -> None:
    """Answer requests until the grader hangs up."""
    stream, agent = Stream(connection), Agent(namespace)
    while True:
        try:
            request = stream.receive(references=agent)
        except (EOFError, OSError, WireError):
            return
        reply = agent.answer(request)
        try:
            stream.send(reply)
        except OSError:
            return
        except (
            BaseException
        ) as error:  # nothing was sent yet: the value was too much, or would not be looked at
            stream.send({"id": request["id"], "error": describe(error)})


def start(descriptor: int) -> None:
    """Say that it is there, through the open socket `descriptor`, and serve the running notebook's
    variables."""
    from IPython import get_ipython

    connection = socket.socket(fileno=descriptor)
    Stream(connection).send(HELLO)
    serve(connection, get_ipython().user_ns)
