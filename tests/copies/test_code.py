"""How alike code is: independent solutions are not, a copy with new names is."""

import builtins
import io
import keyword
import re
import tokenize
from itertools import combinations

import pytest

from kireji.copies import code
from kireji.copies.look import given
from tests.support.clone import COURSE, ROOT

ACCEPTED = {
    path.parents[1].name: sorted(path.parent.glob("*.py"))
    for path in sorted((ROOT / "tests" / "graders").glob("*/accepted/*.py"))
}
INDEPENDENT = [(name, *pair) for name, files in ACCEPTED.items() for pair in combinations(files, 2)]


@pytest.fixture(scope="module")
def known():
    return {name: code.given(given(COURSE.assignment(name))) for name in ACCEPTED}


def renamed(text: str) -> str:
    """Every name another except Python's own, which a copy that runs has to keep; no comment
    left."""
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    names = sorted(
        {
            token.string
            for token in tokens
            if token.type == tokenize.NAME and not keyword.iskeyword(token.string)
        }
        - {"torch", "nn", "self", *dir(builtins)}
    )
    new = {name: f"thing_{number}" for number, name in enumerate(names)}
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\b[A-Za-z_]\w*\b", lambda found: new.get(found.group(), found.group()), text)


@pytest.mark.parametrize(
    ("name", "one", "other"), INDEPENDENT, ids=lambda value: getattr(value, "stem", value)
)
def test_independent_work_is_not_alike(known, name, one, other):
    marks = [code.fingerprint(path.read_text(), known[name]) for path in (one, other)]
    assert min(mark.token_coverage for mark in marks) >= code.LEAST
    assert code.alike(*marks) is None


@pytest.mark.parametrize(
    ("name", "path"),
    [(name, path) for name, files in ACCEPTED.items() for path in files],
    ids=lambda value: getattr(value, "stem", value),
)
def test_a_copy_with_new_names_is(known, name, path):
    text = path.read_text()
    assert (
        code.alike(
            code.fingerprint(text, known[name]), code.fingerprint(renamed(text), known[name])
        )
        >= 0.9
    )


def test_what_everybody_was_given_is_nobodys_own(known):
    name = next(iter(ACCEPTED))
    skeleton = code.own_code(COURSE.assignment(name).skeleton())
    one, other = (
        code.fingerprint(f"{skeleton}\nanswer = {number}", known[name]) for number in (1, 2)
    )
    assert one.token_coverage < code.LEAST and code.alike(one, other) is None


def test_the_shared_passages_are_where_they_are():
    shared = "\n".join(
        f"def step_{n}(weights, scores):\n    return weights[{n}:] @ scores[:{n}] + {n} ** 2"
        for n in range(12)
    )
    own = "class Mine:\n    def __init__(self, size):\n        self.size = [size] * 3\n\n\n"
    one, other = code.fingerprint(own + shared, set()), code.fingerprint(shared, set())
    (begin, *_), _ = code.passages(one, other)
    assert len(own) - 30 <= begin[0] <= len(own) + 30
