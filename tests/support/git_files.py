"""The repository as git sees it."""

import subprocess
from pathlib import Path

from tests.support.clone import ROOT


def git(*arguments: str) -> bytes:
    # The build machine's checkout may belong to another user than the one who runs the tests.
    command = ["git", "-c", f"safe.directory={ROOT}", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout


def tree() -> list[Path]:
    """Every file that is in git or would be added to it."""
    names = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").decode().split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


def staged(*folders: str) -> dict[str, bytes]:
    """{name: content} of the files under `folders` as the next commit would have them."""
    names = git("ls-files", "-z", "--cached", "--", *folders).decode().split("\0")
    return {name: git("show", f":{name}") for name in names if name}
