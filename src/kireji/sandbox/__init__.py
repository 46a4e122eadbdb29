"""A place where a submission runs: started, limited, talked to and destroyed from outside."""

from .cells import CellsLost
from .channel import CallFailed, Channel, SandboxLost
from .limits import DEFAULT, Limits
from .sandbox import Sandbox

__all__ = ["DEFAULT", "CallFailed", "CellsLost", "Channel", "Limits", "Sandbox", "SandboxLost"]
