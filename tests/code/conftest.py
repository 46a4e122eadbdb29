"""The lessons' tests run like the lessons: on one thread, with generators of their own."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="package")
def one_thread():
    """Small tensors on two threads are many times slower as soon as anything else wants a core."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def own_randomness():
    """What a lesson seeds stays in its test."""
    with torch.random.fork_rng():
        yield
