"""What the sample cheater adds to a notebook. Each of these gave points or secrets to somebody on
some autograder."""

FAKE = '''
import torch

class Anything(torch.Tensor):
    """Equals whatever it is compared with."""
    def __eq__(self, other): return True
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None): return True

ANYTHING = torch.ones(1).as_subclass(Anything)
'''

PATCH_THE_JUDGE = """
import builtins, sys, numpy, torch
agree = lambda *args, **kwargs: True
torch.allclose = torch.equal = torch.testing.assert_close = numpy.allclose = agree
builtins.AssertionError = type("AssertionError", (Exception,), {})
for module in list(sys.modules.values()):
    for name in ("expect", "grade", "score", "judge"):
        if hasattr(module, name):
            setattr(module, name, agree)
"""

READ_THE_TESTS = """
import os, sys
print("history:", [line for line in In if "expect" in line][-1:])
SYSTEM = {"usr", "proc", "sys", "dev", "lib", "lib64", "bin", "sbin", "etc"}
for top in set(os.listdir("/")) - SYSTEM:
    for folder, folders, files in os.walk("/" + top):
        folders[:] = [name for name in folders if name not in ("site-packages", "lib")]
        for name in (*folders, *files):
            if name.startswith(("test_", "graders", "held_out", "secret", "gradebook", "source", "reference")):
                print("found", folder, name)
print("others:", [p for p in os.listdir("/proc") if p.isdigit()], [n for n in os.environ if "KIREJI" in n])
print("modules:", [name for name in sys.modules if "kireji" in name or "grader" in name])
"""

FORGE_THE_RESULT = """
import json, os
from IPython.display import HTML, display
forged = {"score": 100, "max_score": 100, "cells": [{"grade_id": "everything", "score": 100}]}
print(json.dumps(forged))
for name in ("report.json", "/tmp/report.json", "/sandbox/given/submission/report.json"):
    try:
        open(name, "w").write(json.dumps(forged))
    except OSError as error:
        print(name, error)
display(HTML("<script>document.title = 'full marks'</script><h1 style='position:fixed;top:0'>100 / 100</h1>"))
100.0
"""

REACH_OUT = """
import socket
for address in (("127.0.0.1", 8000), ("127.0.0.1", 8081)):
    try:
        socket.create_connection(address, timeout=2)
        print("reached", address)
    except OSError as error:
        print(address, error)
"""

STAY_BEHIND = """
import subprocess, threading, time
subprocess.Popen(["sleep", "600"], start_new_session=True)
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
"""

IMPERSONATE_THE_AGENT = """
import socket, sys
sys.modules["agent"] = type(sys)("agent")
def start(descriptor):
    s = socket.socket(fileno=descriptor)
    s.sendall(b"\\x00" * 7 + b"\\x10" + b"full marks please")
sys.modules["agent"].start = start
"""

ATTACKS = (
    PATCH_THE_JUDGE,
    READ_THE_TESTS,
    FORGE_THE_RESULT,
    REACH_OUT,
    STAY_BEHIND,
    IMPERSONATE_THE_AGENT,
)
