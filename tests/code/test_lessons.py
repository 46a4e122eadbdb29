"""Every lesson runs in seconds with --quick and leaves what code/README.md promises."""

import ast
import importlib
import re

import basic_attention
import pytest
from PIL import Image

from kireji import installation

LESSONS = sorted(path.stem for path in installation.LESSONS.glob("*.py"))
README = (installation.LESSONS / "README.md").read_text()
ROWS = {
    name: re.findall(r"`(\w+)`", pictures)
    for name, pictures in re.findall(r"^\| \[(\w+)\.py\].*\|(.*)\|$", README, re.MULTILINE)
}


def test_the_readme_names_every_lesson():
    assert sorted(ROWS) == LESSONS


@pytest.mark.parametrize("name", LESSONS)
def test_a_quick_run_leaves_the_promised_pictures(name, tmp_path, capsys):
    importlib.import_module(name).main(["--quick", "--out", str(tmp_path)])
    findings = (tmp_path / f"{name}.txt").read_text()
    assert findings and findings in capsys.readouterr().out
    assert {path.stem.removeprefix(f"{name}_") for path in tmp_path.glob("*.png")} == set(
        ROWS[name]
    )
    for path in tmp_path.glob("*.png"):
        with Image.open(path) as picture:
            assert picture.width > 400 and len(picture.convert("RGB").getcolors(1 << 20)) > 20


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_imports_what_students_have(name):
    allowed = {
        "torch",
        "matplotlib",
        "numpy",
        "babel",
        *LESSONS,
        "argparse",
        "collections",
        "datetime",
        "functools",
        "json",
        "math",
        "os",
        "pathlib",
        "random",
        "time",
        "typing",
        "attention_lab",
    }
    for node in ast.walk(ast.parse((installation.LESSONS / f"{name}.py").read_text())):
        modules = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        assert {module.split(".")[0] for module in modules} <= allowed


def test_a_folder_that_cannot_be_written_is_refused_before_any_training(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SystemExit):
        basic_attention.main(["--out", str(tmp_path / "file")])
    assert "no pictures can be left in" in capsys.readouterr().err
