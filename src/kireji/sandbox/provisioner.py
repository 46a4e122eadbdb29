"""Starts a Jupyter kernel behind the wall: jupyter_client's plug point for where a kernel runs."""

import os
import subprocess
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Instance

from .place import Place


class SandboxProvisioner(LocalProvisioner):
    """A local kernel, but started by the command that its `place` gives."""

    place = Instance(Place)

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Put the wall in front of the kernel's command."""
        kwargs = await super().pre_launch(**kwargs)
        # The kernel may have a uid of its own; the folder around this file is the grader's alone.
        os.chmod(self.parent.connection_file, 0o644)
        kwargs["cmd"] = self.place.command(self.parent.connection_file)
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start it with nothing of ours but what the place hands over: no environment, no terminal."""
        kwargs.update(env={"PATH": "/usr/bin:/bin"}, cwd=str(self.place.shared), pass_fds=self.place.handed_over(),
                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return await super().launch_kernel(cmd, **kwargs)
        finally:
            self.place.close_handed_over()


class OnePlace(KernelSpecManager):
    """Knows one kernel: the one that starts in `place`."""

    place = Instance(Place)

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Interrupts go as messages: a signal cannot reach into another process namespace."""
        provisioner = {"provisioner_name": "kireji-sandbox", "config": {"place": self.place}}
        return KernelSpec(argv=["{connection_file}"], display_name=kernel_name, language="python",
                          interrupt_mode="message", metadata={"kernel_provisioner": provisioner})
