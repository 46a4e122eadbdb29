"""The how-to page quotes the files of the assignment that is added, word for word."""

import re

from kireji.course.assignment_file import KEYS, LIMITS
from kireji.installation import DOCS
from tests.new_assignment.files import FILES, NAME

PAGE = (DOCS / "howto" / "add-an-assignment.md").read_text()


def test_every_quoted_file_is_the_one_that_is_tested():
    quoted = re.findall(r"^```(?:python|toml)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(quoted) == 8
    assert [text for text in quoted if text not in FILES.values()] == []


def test_every_place_of_an_assignment_is_named():
    folders = {name.rpartition("/")[0] for name in FILES if "accepted" not in name}
    assert [folder for folder in folders if f"`{folder}/" not in PAGE] == []
    named = set(re.findall(rf"^\| `\S*{NAME}/(\S+)` \|", PAGE, re.MULTILINE))
    assert {"assignment.toml", "data.py", "samples.py", "targets.py", "test_*.py"} <= named


def test_every_key_of_assignment_toml_is_explained():
    table = PAGE[PAGE.index("| key |") : PAGE.index("A key or a value")]
    assert [
        key for key in (*KEYS, *LIMITS) if f"`{key}`" not in table and f"`[{key}]`" not in table
    ] == []
