"""A notebook damaged in any way becomes the assignment's own again, with the answers that can still
be found."""

import copy
import json
import time
from dataclasses import replace

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import CheckCellMetadata

from kireji.grading.rebuild import rebuild
from tests.support.toy import marked


@pytest.fixture
def document(submit):
    return json.loads(submit(double_solution="def double(x):\n    return x + x"))


def rebuilt(toy, document):
    notebook, notices = rebuild(
        toy, json.dumps(document).encode() if not isinstance(document, bytes) else document
    )
    nbformat.validate(notebook)
    CheckCellMetadata().preprocess(copy.deepcopy(notebook), {})  # what nbgrader has to read later
    ours = [cell for cell in notebook.cells if cell.metadata.get("kireji") != "extra"]
    assert [cell.id for cell in ours] == [cell.id for cell in toy.source.cells]
    assert [cell.metadata for cell in ours] == [cell.metadata for cell in toy.skeleton().cells]
    return {cell.id: cell.source for cell in notebook.cells}, notices


def cell(document, name):
    return next(cell for cell in document["cells"] if cell["id"] == name)


def test_answers_are_taken_and_locked_cells_are_not(toy, document):
    cell(document, "imports")["source"] = "import os; os._exit(0)"
    cell(document, "double")["source"] = "score = 100"
    sources, notices = rebuilt(toy, document)
    assert sources["double_solution"] == "def double(x):\n    return x + x"
    assert (
        sources["imports"] == "import math"
        and sources["double"] == "# graded here"
        and notices == []
    )


def test_no_solution_and_no_marking_scheme_stand_in_what_was_not_answered(toy):
    sources, notices = rebuilt(toy, {"cells": [{"cell_type": "code", "source": "x = 1"}]})
    assert (
        "NotImplementedError" in sources["double_solution"]
        and "return 2 * x" not in sources["double_solution"]
    )
    assert "secret" not in sources["essay"]


@pytest.mark.parametrize(
    "change",
    [
        lambda mark: mark.update(points=1000),
        lambda mark: mark.update(grade=False),
        lambda mark: mark.update(solution=True),
        lambda mark: mark.update(locked="yes", schema_version=99),
        lambda mark: mark.update(checksum="x"),
    ],
)
def test_changed_metadata_changes_nothing(toy, document, change):
    before, _ = rebuilt(toy, copy.deepcopy(document))
    for some in document["cells"]:
        change(some["metadata"]["nbgrader"])
    assert rebuilt(toy, document)[0] == before


def test_an_answer_without_its_metadata_is_found_by_its_cell_id_or_by_what_it_defines(
    toy, document
):
    cell(document, "double_solution")["metadata"] = {}
    assert rebuilt(toy, document)[0]["double_solution"] == "def double(x):\n    return x + x"
    cell(document, "double_solution")["id"] = "lost"
    sources, notices = rebuilt(toy, document)
    assert (
        sources["double_solution"] == "def double(x):\n    return x + x"
        and "lost its label" in notices[0]
    )


def test_extra_cells_stay_where_they_were(toy, document):
    document["cells"].insert(
        2,
        {"cell_type": "code", "source": "helper = 1", "metadata": {}, "id": "mine", "outputs": []},
    )
    document["cells"].append(copy.deepcopy(cell(document, "double_solution")))
    notebook, _ = rebuild(toy, json.dumps(document).encode())
    order = [cell.id for cell in notebook.cells]
    assert order.index("extra-double_solution-0") == order.index("double_solution") + 1
    assert order[-1] == "extra-essay-0"


def test_an_older_format_is_read(toy):
    old = {
        "nbformat": 3,
        "worksheets": [
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "input": ["def double(x):\n", "    return x + x"],
                        "metadata": {},
                    }
                ]
            }
        ],
    }
    assert rebuilt(toy, old)[0]["double_solution"] == "def double(x):\n    return x + x"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b"PK\x03\x04",
        b'{"cells": 3}',
        b'{"cells": [1, null]}',
        b"[" * 100_000,
        b'{"cells": []}',
        b'{"worksheets": [{"cells": "x"}]}',
    ],
)
def test_what_is_no_notebook_is_an_empty_one_with_a_reason(toy, content):
    sources, notices = rebuilt(toy, content)
    assert "NotImplementedError" in sources["double_solution"] and "could not be read" in notices[0]


def extra(source, kind="markdown", **metadata):
    return {"cell_type": kind, "id": "mine", "metadata": metadata, "source": source}


def at(document, name):
    return document["cells"].index(cell(document, name))


@pytest.mark.parametrize("where", [0, 1], ids=["above", "below"])
def test_a_text_beside_an_untouched_answer_is_that_answer(toy, document, where):
    cell(document, "essay")["source"] = toy_text(toy, "essay")
    document["cells"].insert(at(document, "essay") + where, extra("My three maps show ..."))
    sources, notices = rebuilt(toy, document)
    assert sources["essay"] == "My three maps show ..."
    assert any("next to it" in notice for notice in notices)


def test_a_text_beside_a_written_answer_stays_a_text(toy, document):
    cell(document, "essay")["source"] = "My answer."
    document["cells"].insert(at(document, "essay") + 1, extra("A remark."))
    sources, _ = rebuilt(toy, document)
    assert sources["essay"] == "My answer." and "A remark." in sources.values()


def toy_text(toy, name):
    return next(cell.source for cell in toy.skeleton().cells if cell.id == name)


def test_an_answer_merged_with_an_own_cell_is_not_overwritten_by_its_stub(toy, document):
    answer = cell(document, "double_solution")
    document["cells"].remove(answer)
    document["cells"].insert(0, extra("x = 1\n\n" + "".join(answer["source"]), "code"))
    sources, _ = rebuilt(toy, document)
    assert "NotImplementedError" not in "".join(sources.values())
    assert any("return x + x" in source for source in sources.values())


def test_an_answer_merged_with_a_locked_cell_is_found(toy, document):
    answer = cell(document, "double_solution")
    document["cells"].remove(answer)
    cell(document, "imports")["source"] = "import math\n\n" + "".join(answer["source"])
    sources, notices = rebuilt(toy, document)
    assert sources["imports"] == "import math"
    assert "return x + x" in sources["double_solution"] and "merged" in notices[0]


def test_a_cell_copied_from_another_notebook_is_kept(toy, document):
    label = {"grade_id": "imports", "locked": True, "grade": False, "solution": False}
    document["cells"].insert(0, extra("import math, random", "code", nbgrader=label))
    sources, notices = rebuilt(toy, document)
    assert sources["imports"] == "import math" and notices == []
    assert "import math, random" in sources.values()


def test_pasted_pictures_of_texts_beside_an_answer_stay_with_it(toy, document):
    cell(document, "essay")["source"] = toy_text(toy, "essay")
    for text, picture in (("first", "Zmlyc3Q="), ("second", "c2Vjb25k")):
        pasted = extra(f"{text} ![map](attachment:image.png)")
        pasted["attachments"] = {"image.png": {"image/png": picture}}
        document["cells"].append(pasted)
    essay = rebuilt_cell(toy, document, "essay")
    assert essay.source == (
        "first ![map](attachment:image.png)\n\nsecond ![map](attachment:2-image.png)"
    )
    assert essay.attachments == {
        "image.png": {"image/png": "Zmlyc3Q="},
        "2-image.png": {"image/png": "c2Vjb25k"},
    }


def test_a_text_merged_with_its_question_is_found_with_its_pictures(toy, document):
    source = copy.deepcopy(toy.source)
    question = new_markdown_cell("What does the map show?", id="question")
    source.cells.insert(-1, marked(question, grade_id="question", locked=True))
    merged = extra("What does the map show?\n\nMine: ![map](attachment:a.png)")
    merged |= {"id": "question", "attachments": {"a.png": {"image/png": "Zmlyc3Q="}}}
    document["cells"][at(document, "essay")] = merged
    asked = replace(toy, source=source)
    essay = rebuilt_cell(asked, document, "essay")
    assert essay.source == "Mine: ![map](attachment:a.png)"
    assert essay.attachments == {"a.png": {"image/png": "Zmlyc3Q="}}
    restored = rebuilt_cell(asked, document, "question")
    assert restored.source == "What does the map show?" and "attachments" not in restored


def test_two_answers_merged_in_one_cell_are_not_overwritten_by_a_stub(toy, document):
    share, double = cell(document, "share_solution"), cell(document, "double_solution")
    share["source"] = "def share(x):\n    return x / 9"
    document["cells"].remove(share)
    document["cells"].remove(double)
    both = "".join(double["source"]) + "\n\n" + share["source"]
    document["cells"].insert(1, extra(both, "code"))
    sources, _ = rebuilt(toy, document)
    assert "NotImplementedError" not in "".join(sources.values())
    assert any("return x / 9" in source for source in sources.values())


def rebuilt_cell(toy, document, name):
    notebook, _ = rebuild(toy, json.dumps(document).encode())
    return next(cell for cell in notebook.cells if cell.id == name)


@pytest.mark.parametrize(
    "source",
    [
        "# twice\ndouble = double(3)",
        "for double in range(3):\n    print(double)",
        "a, double = 1, 2",
        "double: int = 4",
        "import numpy as double",
        "with open('x') as double:\n    pass",
        "class double:\n    pass",
        "from math import sqrt as double",
        "from mine import double",
        "x = double = 3",
        "double *= 2",
    ],
)
def test_a_name_that_is_used_again_is_told_with_its_cell(toy, document, source):
    document["cells"].append(extra(source, "code"))
    _, notices = rebuilt(toy, document)
    assert source.split("\n")[0] in notices[-1] and "the name double" in notices[-1]


@pytest.mark.parametrize(
    "source",
    [
        "print(double(2))",
        "double(2) == 4",
        "x = double(2)",
        "f(double=2)",
        "d = {1: double}",
        "# double = 1",
    ],
)
def test_a_name_that_is_only_used_is_not_told(toy, document, source):
    document["cells"].append(extra(source, "code"))
    assert rebuilt(toy, document)[1] == []


def test_names_are_found_fast_in_a_cell_made_to_take_long(toy, document):
    for source in ("double," * 140_000, "a,\n" * 300_000, "for " + "double " * 140_000):
        document["cells"].append(extra(source, "code"))
    started = time.monotonic()
    rebuilt(toy, document)
    assert time.monotonic() - started < 10
