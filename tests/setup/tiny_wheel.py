"""Wheels that hold next to nothing. Standard library only: a build backend inside a test's
environment imports it."""

import base64
import hashlib
import zipfile
from pathlib import Path


def wheel(folder: str | Path, name: str, version: str, files: dict[str, str]) -> Path:
    """Write a wheel of text files; a name with `.data/scripts/` becomes a command."""
    info = f"{name}-{version}.dist-info"
    contents = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = []
    for path, text in contents.items():
        digest = (
            base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        )
        record.append(f"{path},sha256={digest},{len(text.encode())}\n")
    contents[f"{info}/RECORD"] = "".join(record) + f"{info}/RECORD,,\n"
    path = Path(folder) / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in contents.items():
            entry = zipfile.ZipInfo(inside)
            # a regular file that may be run, if it is a script
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, text)
    return path
