"""Outputs: text and pictures stay, everything that a browser or a terminal could run goes."""

import base64
import json

import pytest
from nbformat import NotebookNode, v4

from kireji.feedback import pictures
from kireji.sanitise.outputs import Allowance, clean_text, sanitise_notebook, sanitise_outputs

PNG = base64.b64encode(pictures.metric(1, 0, 2, "m")).decode("ascii")


def shown(*outputs: object) -> list[NotebookNode]:
    return sanitise_outputs(
        [NotebookNode(output) if isinstance(output, dict) else output for output in outputs],
        Allowance(),
    )


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\x", "x"),
        ("\x1bcreset", "reset"),
        ("10%\r50%\r100%\nok\r\n", "100%\nok\n"),
        ("a\x00b\x08c\x9bd", "abcd"),
        ("\u202eabc\u2066", "abc"),
        ("\ud800", ""),
        (["a", "b"], "ab"),
        (None, ""),
        (3, ""),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_text_loses_what_a_terminal_would_obey(text, clean):
    assert clean_text(text) == clean


def test_text_is_cut_and_says_so():
    cut = clean_text("x" * 10_000_000, 100)
    assert cut.startswith("x" * 60 + "\n")
    assert "(9,999,940 more characters)" in cut


def test_escape_sequences_without_an_end_cost_no_time():
    assert len(clean_text("\x1b]" * 20_000)) < 20_000
    assert len(clean_text("\x1b[" * 20_000 + "1;" * 20_000)) < 60_000


def test_a_display_keeps_its_plain_text_and_its_picture():
    (output,) = shown(
        {
            "output_type": "display_data",
            "metadata": {"image/png": {"width": "1 onerror=x"}},
            "data": {
                "text/html": "<b>x</b>",
                "image/svg+xml": "<svg/>",
                "application/javascript": "x",
                "text/latex": "$x$",
                "text/markdown": "<script>",
                "application/vnd.jupyter.widget-view+json": {},
                "text/plain": "plain",
                "image/png": PNG,
            },
        }
    )
    assert set(output.data) == {"text/plain", "image/png"}
    assert output.metadata == {}


def test_a_display_without_plain_text_vanishes():
    assert shown({"output_type": "display_data", "data": {"text/html": "<b>x</b>"}}) == []


@pytest.mark.parametrize(
    "output",
    [
        None,
        3,
        "x",
        {},
        {"output_type": "script"},
        {"output_type": "display_data"},
        {"output_type": "display_data", "data": []},
        {"output_type": "stream"},
        {"output_type": "stream", "text": {}},
    ],
)
def test_malformed_outputs_vanish(output):
    assert shown(output) == []


def test_an_error_keeps_its_words_without_colours():
    (output,) = shown(
        {
            "output_type": "error",
            "ename": "\x1b[1mValueError",
            "evalue": "<b>",
            "traceback": ["\x1b[31mline 1", None, "line 2"],
        }
    )
    assert (output.ename, output.evalue, output.traceback) == (
        "ValueError",
        "<b>",
        ["line 1\nline 2"],
    )


def test_streams_of_one_kind_join():
    outputs = shown(
        *[{"output_type": "stream", "name": "stdout", "text": "."} for _ in range(50)],
        {"output_type": "stream", "name": "evil", "text": "x"},
    )
    assert [(output.name, output.text) for output in outputs] == [("stdout", "." * 50 + "x")]


def test_a_notebook_shows_so_much_and_says_what_is_left_out():
    chatter = [v4.new_output("stream", text="x" * 9_000) for _ in range(30)]
    figures = [v4.new_output("display_data", data={"image/png": PNG}) for _ in range(50)]
    bad = v4.new_output("display_data", data={"image/jpeg": "<script>"})
    notebook = v4.new_notebook(
        cells=[
            v4.new_code_cell(outputs=figures[:20] + [bad]),
            v4.new_code_cell(outputs=figures[20:]),
        ]
        + [v4.new_code_cell(outputs=[output]) for output in chatter]
    )
    notices = sanitise_notebook(notebook)
    assert notices == [
        "A picture is not shown: its data is not base64.",
        "Some pictures are not shown: the notebook has too many.",
        "Some printed text is not shown: the notebook prints too much.",
    ]
    assert (
        sum(
            "image/png" in output.get("data", {})
            for cell in notebook.cells
            for output in cell.outputs
        )
        <= 24
    )
    assert len(json.dumps(notebook)) < 3_000_000
