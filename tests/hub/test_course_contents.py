"""The course service's pages get nbgrader's folders, and no other file of the course."""

import asyncio
from pathlib import Path

import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado import web

from kireji.hub.course_contents import CourseContents

NEEDED = ["source/ex/ex.ipynb", "release/ex/ex.ipynb", "submitted/alice/ex/ex.ipynb"]
HIDDEN = [
    "var/hub/accounts.json",
    "var/data/held_out/ex.tsv",
    "var/secret",
    "graders/ex/test_it.py",
    "gradebook.db",
    "hub_config/jupyterhub_config.py",
    "source/../var/secret",
    "source/ex/../../graders/ex/test_it.py",
    "source\\..\\var\\secret",
    "/var/secret",
    "./var/secret",
]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for name in NEEDED + [name for name in HIDDEN if "." not in name.partition("/")[0]]:
        path = tmp_path / name
        if ".." not in name and not name.startswith("/"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}" if name.endswith(".ipynb") else "a secret")
    (tmp_path / "gradebook.db").write_text("a secret")
    return tmp_path


def get(manager: AsyncLargeFileManager, path: str, **options: object) -> dict:
    return asyncio.run(manager.get(path, **options))


@pytest.fixture
def manager(course: Path) -> CourseContents:
    return CourseContents(root_dir=str(course))


@pytest.mark.parametrize("path", ["var/secret", "graders/ex/test_it.py", "gradebook.db"])
def test_jupyters_own_serves_everything(course: Path, path: str) -> None:
    """The attack works where the wall is taken away."""
    usual = AsyncLargeFileManager(root_dir=str(course))
    assert get(usual, path, type="file")["content"] == "a secret"


@pytest.mark.parametrize("path", HIDDEN)
def test_hidden_files_are_not_there(manager: CourseContents, path: str) -> None:
    with pytest.raises(web.HTTPError) as refused:
        get(manager, path)
    assert refused.value.status_code == 404


def test_the_listing_names_nbgraders_folders_only(manager: CourseContents) -> None:
    names = {entry["name"] for entry in get(manager, "")["content"]}
    assert names == {"source", "release", "submitted"}


@pytest.mark.parametrize("path", NEEDED)
def test_nbgraders_folders_are_served(manager: CourseContents, path: str) -> None:
    assert get(manager, path, content=False)["path"] == path


MODEL = {"type": "file", "format": "text", "content": "new"}


@pytest.mark.parametrize(
    "path", ["new.txt", "source", "submitted/alice/ex/new.txt", "graders/new.py", "var/new"]
)
def test_nothing_but_source_is_written(manager: CourseContents, course: Path, path: str) -> None:
    with pytest.raises(web.HTTPError):
        asyncio.run(manager.save(dict(MODEL), path))
    with pytest.raises(web.HTTPError):
        asyncio.run(manager.rename_file("source/ex/ex.ipynb", path))
    assert not (course / path).is_file()


def test_source_is_edited(manager: CourseContents, course: Path) -> None:
    asyncio.run(manager.save(dict(MODEL), "source/ex/new.txt"))
    assert (course / "source" / "ex" / "new.txt").read_text() == "new"
    asyncio.run(manager.delete_file("source/ex/new.txt"))
    assert not (course / "source" / "ex" / "new.txt").exists()


@pytest.mark.parametrize("path", ["submitted/alice/ex/ex.ipynb", "graders/ex/test_it.py"])
def test_nothing_but_source_is_deleted(manager: CourseContents, course: Path, path: str) -> None:
    with pytest.raises(web.HTTPError):
        asyncio.run(manager.delete_file(path))
    assert (course / path).exists()
