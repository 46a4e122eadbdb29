"""The container's zygote, from which kernels are forked."""

import shutil
import sys
import threading
from pathlib import Path
from typing import Any

from kireji.sandbox import environment
from kireji.sandbox.backends import zygote_client
from kireji.sandbox.supervisor import OWN, say

FONTS = Path("/sandbox/given/matplotlib")
LAB = Path("/srv/kireji/lab/attention_lab")
PROGRAM = "/sandbox/agent/container_zygote.py"


class ZygoteStarter(threading.Thread):
    """Starts a zygote that has imported everything; until it is there, and should it be gone,
    kernels start from nothing."""

    def __init__(self) -> None:
        super().__init__(name="zygote", daemon=True)
        self.zygote: zygote_client.Zygote | None = None

    def run(self) -> None:
        OWN.mkdir(exist_ok=True)
        shutil.copytree(FONTS, OWN / "matplotlib", dirs_exist_ok=True)
        try:
            self.zygote = zygote_client.Zygote(self.command)
            say("the zygote is ready")
        except zygote_client.ZygoteError as error:
            say(f"submissions start from nothing here, which takes longer: {error}")

    @staticmethod
    def command(listener: int, lifeline: int) -> tuple[list[str], list[Any]]:
        told = environment.in_container() | {
            "HOME": str(OWN),
            "MPLCONFIGDIR": str(OWN / "matplotlib"),
        }
        modules = [f"attention_lab.{path.stem}" for path in sorted(LAB.glob("[a-z]*.py"))]
        return [
            "/usr/bin/env",
            "-i",
            *(f"{name}={value}" for name, value in told.items()),
            sys.executable,
            "-P",
            PROGRAM,
            str(listener),
            str(lifeline),
            *modules,
        ], []

    def fork(
        self, order: dict[str, Any], descriptors: list[int]
    ) -> zygote_client.ForkedKernel | None:
        """A kernel forked by the zygote, or None where there is no zygote."""
        if self.zygote:
            try:
                return zygote_client.fork(self.zygote.address, order, {}, descriptors)
            except zygote_client.ZygoteError as error:
                say(f"submissions start from nothing from now on: {error}")
                self.zygote = None
        return None
