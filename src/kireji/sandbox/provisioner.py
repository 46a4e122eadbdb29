"""Starts a Jupyter kernel behind the wall: jupyter_client's plug point for where a kernel runs."""

import asyncio
import os
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Instance

from kireji.sandbox.backends.base import Backend


class SandboxProvisioner(LocalProvisioner):
    """A local kernel, but started by its `backend`."""

    backend = Instance(Backend)

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Write the connection file."""
        kwargs = await super().pre_launch(**kwargs)
        assert self.parent is not None
        # The kernel may have a uid of its own; the folder around this file is the grader's alone.
        os.chmod(self.parent.connection_file, 0o644)
        kwargs["cmd"] = []  # the backend knows
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Have the backend start it."""
        assert self.parent is not None
        try:
            process = self.backend.start(self.parent.connection_file)
        finally:
            self.backend.close_handed_over()
        self.pid = process.pid
        self.process = process  # type: ignore[assignment]  # a forked kernel acts like a Popen
        return self.connection_info

    async def wait(self) -> int | None:
        """Its exit status, when it has ended."""
        if self.process is None:
            return 0
        process, self.process = self.process, None
        return await asyncio.to_thread(process.wait)


class OneBackend(KernelSpecManager):
    """Knows one kernel: the one that starts in `backend`."""

    backend = Instance(Backend)

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Interrupts go as messages: a signal cannot reach into another process namespace."""
        provisioner = {"provisioner_name": "kireji-sandbox", "config": {"backend": self.backend}}
        return KernelSpec(
            argv=["{connection_file}"],
            display_name=kernel_name,
            language="python",
            interrupt_mode="message",
            metadata={"kernel_provisioner": provisioner},
        )
