"""Runs behind the bench's nursery, in the namespace of a solution: asks every probe, several times,
on inputs of its own.

A probe is a function `probe_...()`; its answer is made of tensors, numbers, text, lists and
dicts."""

import sys

import torch

SEEDS = range(4)


def ask(names=None):
    """{probe and seed: its answer, or the type of the error that it raised}; of all probes, unless
    told."""
    answers = {}
    for name, probe in list(globals().items()):
        if name.startswith("probe_") and (names is None or name in names):
            for seed in SEEDS:
                torch.manual_seed(seed)
                try:
                    answers[f"{name} {seed}"] = plain(probe())
                except Exception as error:
                    answers[f"{name} {seed}"] = type(error).__name__
    return answers


def ask_and_note():
    """The answers to all probes, and {probe: the cells whose functions it calls, or the notebook
    called as it ran}.

    `called` and `note` are mutation.py's."""
    sys.setprofile(None)
    answers, cells, at_first = {}, {}, set(called)
    for name in [name for name in globals() if name.startswith("probe_")]:
        called.clear()
        sys.setprofile(note)
        answers.update(ask([name]))
        sys.setprofile(None)
        cells[name] = sorted(called | at_first)
    return {"answers": answers, "cells": cells}


def plain(value):
    """Without graphs, tuples and objects."""
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return [[str(key), plain(item)] for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if isinstance(value, (int, float, str, bool, type(None))) else type(value).__name__


def used(module, *inputs):
    """What a module's parameters are called and look like, what it answers, evaluating and
    training, and its gradients."""
    answers = [dict(module.state_dict().items())]
    for mode in (False, True):
        module.train(mode)
        module.zero_grad()
        inputs = [each.clone() if isinstance(each, torch.Tensor) else each for each in inputs]
        outputs = module(*inputs)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        sum(
            (output * torch.arange(output.numel()).view_as(output).cos()).sum()
            for output in outputs
        ).backward()
        answers += [
            outputs,
            {name: parameter.grad for name, parameter in module.named_parameters()},
            inputs,
        ]
    return answers


def drawn(low, high):
    return int(torch.randint(low, high + 1, ()))
