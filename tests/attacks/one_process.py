"""A judge without walls, as most are built: the student's code and the hidden test run in one
process. Attacks win here.

    python one_process.py < {name: code}    ->    {name: whether it got full marks}
"""

import contextlib
import io
import json
import os
import sys

TEST = """
import numpy, torch
expected = torch.tensor([2.0, 4.0])
result = double(torch.tensor([1.0, 2.0]))
assert torch.allclose(result, expected) and numpy.allclose(result, expected)
torch.testing.assert_close(result, expected)
score = 4
"""


def full_marks(code: str) -> bool:
    """Whether `code`, a wrong solution with an attack in it, passes the hidden test."""
    cells = [code, TEST]
    namespace = {"In": cells, "score": 0, "transformers": []}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(cells[0], namespace)
            test = TEST
            # as IPython lets a notebook change what runs after it
            for transform in namespace["transformers"]:
                test = transform(test)
            exec(test, namespace)
    except BaseException:
        return False
    return namespace["score"] == 4


def main() -> None:
    import torch  # noqa: F401 (once, for every attack)

    results = {}
    for name, code in json.load(sys.stdin).items():
        child = os.fork()  # what one attack patches must not help the next
        if child == 0:
            os._exit(0 if full_marks(code) else 1)
        results[name] = os.waitpid(child, 0)[1] == 0
    print(json.dumps(results))


if __name__ == "__main__":
    main()
