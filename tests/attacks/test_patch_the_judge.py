"""A submission that changes what the judge compares with: it has nothing of the judge's in its
process."""

import pytest

from .conftest import wins_in_one_process

pytestmark = pytest.mark.needs("bubblewrap")

WRONG_DOUBLE = "import torch\ndef double(x):\n    return x - 1\n"
AGREE = "agree = lambda *args, **kwargs: True\n"
PATCHES = {
    "functions": (
        AGREE
        + "import numpy\ntorch.allclose = torch.equal = numpy.allclose = torch.testing.assert_close"
        " = agree\n"
    ),
    "modules": (
        AGREE + "import sys, types, numpy\nfor name in ('torch', 'numpy'):\n"
        "    fake = types.ModuleType(name)\n    fake.__dict__.update(sys.modules[name].__dict__)\n"
        "    fake.allclose = agree\n    fake.testing = types.SimpleNamespace(assert_close=agree)\n"
        "    sys.modules[name] = fake\n"
    ),
    "transformer": (
        "import ast\nclass NoAssert(ast.NodeTransformer):\n    def visit_Assert(self, node): return"
        " ast.Pass()\n    def visit_Expr(self, node): return ast.Pass()\ndef strip(text): return"
        " ast.unparse(NoAssert().visit(ast.parse(text)))\nglobals().get('transformers',"
        " []).append(strip)\ntry:\n    get_ipython().ast_transformers.append(NoAssert())\nexcept"
        " NameError:\n    pass\n"
    ),
    "the caller's variables": (
        "import sys\ndef double(x):\n    for depth in range(1, 30):\n        try:\n           "
        " frame = sys._getframe(depth)\n        except ValueError:\n            break\n        if"
        " 'expected' in frame.f_globals:\n            return frame.f_globals['expected']\n   "
        " return x - 1\n"
    ),
    "a tensor that equals everything": (
        """
class Anything(torch.Tensor):
    def __eq__(self, other): return True
    def __bool__(self): return True
    def __array__(self, *args, **kwargs):
        import numpy
        return numpy.array([2.0, 4.0])
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return True
def double(x):
    torch.testing.assert_close = lambda *args, **kwargs: True
    return torch.zeros(2).as_subclass(Anything)
"""
    ),
}
BUILTINS = (
    "import builtins\nbuiltins.AssertionError = type('AssertionError', (Exception,),"
    " {})\nbuiltins.len = lambda x: 5\n"
)


def test_each_wins_in_one_process_and_wrong_alone_does_not():
    won = wins_in_one_process(
        {name: WRONG_DOUBLE + patch for name, patch in PATCHES.items()} | {"alone": WRONG_DOUBLE}
    )
    assert won.pop("alone") is False
    assert won == dict.fromkeys(PATCHES, True)


@pytest.mark.parametrize("name", ["a tensor that equals everything", "the caller's variables"])
def test_an_answer_that_pretends_is_compared_by_its_bytes(graded, name):
    report = graded(double_solution=WRONG_DOUBLE + PATCHES[name])
    assert report.cell("double")["tests"][0]["status"] == "failed" and report.points("double") <= 1


def test_everything_patched_at_once_gains_nothing(graded):
    alone = graded(double_solution=WRONG_DOUBLE)
    patched = graded(
        double_solution=WRONG_DOUBLE
        + "".join(PATCHES[name] for name in ("functions", "modules", "transformer"))
        + BUILTINS
    )
    assert alone.points("double") == 1  # its shape is right
    assert patched.points("double") <= 1 and patched.score <= alone.score
