"""Whether a gradient reaches what it should reach: the gradients that are reported, held against
what the outputs do.

Gradients are worked out in the sandbox, where code of the student's could say anything. So each
parameter or input is moved a little, forth and back, along a direction drawn here, and the outputs
must change as the gradient says."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from kireji.testing import expect
from kireji.testing.student import Callee, Handle

STEP = 2e-3  # small against what networks bend on, large against float32's rounding
SLACK = 0.05  # of the larger one; and in itself, where both are near nothing
ASLEEP = "is it used, and is there no detach(), no .data and no torch.no_grad()?"


class Outputs:
    """The outputs of a call that are looked at, summed up to one number with weights drawn once."""

    def __init__(self, asked: Callee, of: Sequence[int] | None, rng: Generator) -> None:
        """of: which outputs, where the call returns several; None where it returns one."""
        self.asked, self.of, self.rng = asked, of, rng
        self.cotangents: list[Tensor] = []

    def ask(self, inputs: Sequence[Any]) -> list[Tensor]:
        result = self.asked(*inputs)
        if self.of is not None:
            expect.true(
                isinstance(result, (tuple, list)) and len(result) > max(self.of),
                f"Expected {max(self.of) + 1} values or more, but {expect.kind(result)} was"
                " returned.",
            )
        outputs = [result] if self.of is None else [result[i] for i in self.of]
        for output in outputs:
            expect.tensor(output, name="what is returned")
        if not self.cotangents:
            self.cotangents = [torch.randn(output.shape, generator=self.rng) for output in outputs]
        expect.true(
            [output.shape for output in outputs] == [one.shape for one in self.cotangents],
            "The same call returns another number of values, or other shapes, the second time.",
        )
        return [output.double() for output in outputs]

    def gradients(self, inputs: Sequence[Any], wrt: str) -> list[Any]:
        """What the sandbox says, for each output."""
        return [
            self.asked.gradients(*inputs, of=of, wrt=wrt, cotangent=cotangent)
            for of, cotangent in zip(self.of or (0,), self.cotangents, strict=True)
        ]

    def change(self, forth: list[Tensor], back: list[Tensor]) -> float:
        return sum(
            float(((one - other) * cotangent).sum())
            for one, other, cotangent in zip(forth, back, self.cotangents, strict=True)
        )


def reaches_parameters(
    module: Handle,
    inputs: Sequence[Any],
    rng: Generator,
    of: Sequence[int] | None = (0,),
    still: tuple[tuple[int, ...], int] | None = None,
) -> None:
    """Mistake unless the outputs' gradient reaches every parameter, and is what it is said to be.

    still: (shape, row): in parameters of this shape that row does not matter, as that of the
    padding word."""
    outputs = Outputs(module, of, rng)
    outputs.ask(inputs)
    said = [
        gradients if isinstance(gradients, dict) else {}
        for gradients in outputs.gradients(inputs, "parameters")
    ]
    state = module.parameters()
    expect.true(bool(said[0]), "It has no parameters, so it cannot learn.")
    for name in said[0]:
        before = expect.tensor(state.get(name), name=name)
        direction = _direction(before, rng)
        if still and tuple(before.shape) == still[0]:
            direction[still[1]] = 0
        answers, states = [], []
        for sign in (1, -1):
            module.load({**state, name: before + sign * STEP * direction})
            answers.append(outputs.ask(inputs))
            states.append(module.parameters())
        # Two names may stand for one tensor: what counts is how the whole state was really moved.
        moved = {
            other: (states[0][other] - states[1][other]).double()
            for other in said[0]
            if other in states[0] and other in states[1]
        }
        _judge(
            name,
            outputs,
            answers,
            [[(gradients.get(other), moved[other]) for other in moved] for gradients in said],
            [gradients.get(name) for gradients in said],
            bool(moved[name].ne(0).any()),
        )
    module.load(state)


def reaches_inputs(
    asked: Callee,
    inputs: Sequence[Any],
    rng: Generator,
    names: Mapping[int, str],
    of: Sequence[int] | None = (0,),
) -> None:
    """Mistake unless the outputs' gradient reaches the inputs named (by position), and is what it
    is said to be."""
    outputs = Outputs(asked, of, rng)
    outputs.ask(inputs)
    said = [
        gradients if isinstance(gradients, list) else []
        for gradients in outputs.gradients(inputs, "inputs")
    ]
    for place, name in names.items():
        direction = _direction(inputs[place], rng)
        answers = [
            outputs.ask(
                [*inputs[:place], inputs[place] + sign * STEP * direction, *inputs[place + 1 :]]
            )
            for sign in (1, -1)
        ]
        own = [gradients[place] if place < len(gradients) else None for gradients in said]
        _judge(
            f"the {name}",
            outputs,
            answers,
            [[(gradient, 2 * STEP * direction.double())] for gradient in own],
            own,
            True,
        )


def _direction(like: Tensor, rng: Generator) -> Tensor:
    return torch.randn(like.shape, generator=rng).to(like.dtype)


def _judge(
    name: str,
    outputs: Outputs,
    answers: list[list[Tensor]],
    products: list[list[tuple[Any, Tensor]]],
    own: list[Any],
    moved: bool,
) -> None:
    """Reached at all; finite; and as large along the direction as the outputs' change."""
    reached = [
        gradient for gradient in own if isinstance(gradient, Tensor) and bool(gradient.ne(0).any())
    ]
    felt = not moved or any(
        not torch.equal(one, other) for one, other in zip(*answers, strict=True)
    )
    expect.true(bool(reached) and felt, f"No gradient reaches {name}: {ASLEEP}")
    for gradient in reached:
        expect.finite(gradient, f"the gradient of {name}")
    told = sum(
        float((gradient.double() * change).sum())
        for pairs in products
        for gradient, change in pairs
        if isinstance(gradient, Tensor) and gradient.shape == change.shape
    ) / (2 * STEP)
    seen = outputs.change(*answers) / (2 * STEP)
    expect.true(
        abs(told - seen) <= SLACK * max(1.0, abs(told), abs(seen)),
        f"The gradient of {name} is not that of what is returned: when it is moved a little, the"
        f" outputs change by {seen:.3g} times as much, and the gradient says {told:.3g}. Is a part"
        " of the way detached?",
    )
