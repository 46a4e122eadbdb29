"""Honest work that looks unusual keeps full marks: no wall may cost those who did nothing wrong."""

import json

import pytest

pytestmark = pytest.mark.needs("bubblewrap")

NOISY = """
import ctypes, dataclasses, os, sys, warnings
from typing import Optional
import numpy as np
import torch
from IPython.display import HTML, display
%matplotlib inline
!ls
warnings.warn("something is deprecated")
print("a note", file=sys.stderr)
os.write(2, b"[W NNPACK.cpp:61] a message from C++\\n")
display(HTML("<b>my table</b>"))
import matplotlib.pyplot as plt
plt.plot([1, 2]); plt.show()

@dataclasses.dataclass
class Settings:
    factor: float = 2.0

def helper(x: torch.Tensor) -> torch.Tensor:
    print("helping")
    return x

def double(values: torch.Tensor, settings: Optional[Settings] = None) -> torch.Tensor:
    print("called with", values.shape)
    settings = settings or Settings()
    out = torch.zeros(values.shape, dtype=torch.float64)
    for i, number in enumerate(helper(values).reshape(-1).tolist()):      # slow, and correct
        out.reshape(-1)[i] = settings.factor * number
    return torch.einsum("...,->...", out, torch.tensor(1.0, dtype=torch.float64)).to(values.dtype)
"""
SHARE = """
import multiprocessing, subprocess, threading, torch
attention = torch.nn.MultiheadAttention(4, 2, batch_first=True)
thread = threading.Thread(target=print, args=("from a thread",))
thread.start(); thread.join()
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(abs, [-1, -2]) == [1, 2]
assert subprocess.run(["echo", "x"], capture_output=True, text=True).stdout == "x\\n"
with open("notes.txt", "w") as file:
    file.write("mine")
def share() -> float:
    torch.manual_seed(0)
    return float(attention(torch.ones(1, 2, 4), torch.ones(1, 2, 4), torch.ones(1, 2, 4))[1].sum()) * 10
"""


def test_unusual_and_right_gets_full_marks(graded, submit):
    document = json.loads(submit(double_solution=NOISY, share_solution=SHARE))
    extra = {
        "cell_type": "code",
        "source": "scratch = [1, 2, 3]\nscratch",
        "metadata": {},
        "outputs": [],
        "id": "mine",
        "execution_count": None,
    }
    document["cells"].insert(0, extra)
    document["cells"].append({**extra, "id": "mine-too", "source": "1 / 0"})
    report = graded(notebook=json.dumps(document).encode())
    assert report.score == 6, report.text
    assert report.notices == ""
