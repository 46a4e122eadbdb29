"""What a submission's cells put out, reduced to what may be shown: text, and pictures drawn anew.

SVG becomes PNG. HTML, JavaScript, widgets and LaTeX are dropped; a plain text that comes with them
is kept. A kernel that runs a student's code writes every field of an output, so outputs are built
anew rather than cleaned. The process that judges does this. Pages that show the result do it again,
which leaves pictures that are drawn anew already as they are, and so takes no time.
"""

import base64
import re
import time
from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbformat.v4 import new_output

from kireji.sanitise.images import PictureError, is_plain, reencode
from kireji.sanitise.svg import draw_svg

MAX_TEXT_CHARACTERS = 10_000  # characters of one output
ROOM_TO_SAY = 40  # for the sentence that text was cut
MAX_OUTPUTS = 200  # outputs of one cell that are looked at
SVG = "image/svg+xml"
PICTURE_TYPES = ("image/png", "image/jpeg", SVG)  # the first that an output has is shown
PICTURE_SECONDS = 30.0  # for drawing the pictures of one notebook anew

# CSI, OSC (with its text) and the short escape sequences of a terminal.
ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)?"
    r"|[PX^_][^\x1b]{0,2000}(?:\x1b\\)?|[ -/]*[0-~])"
)
# Control characters, direction overrides (they make text read as what it is not), and lone
# surrogates.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


@dataclass
class Allowance:
    """What one notebook may still show; and the sentences about what was left out."""

    characters: int = 120_000
    pictures: int = 24
    picture_seconds: float = PICTURE_SECONDS
    notices: list[str] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        """Say a thing once."""
        if sentence not in self.notices:
            self.notices.append(sentence)


def clean_text(text: object, limit: int = MAX_TEXT_CHARACTERS) -> str:
    """Text without terminal codes, control characters and direction overrides; capped, and saying
    so.

    A line that was rewritten with carriage returns (a progress bar) shows as it stood at the
    end."""
    if isinstance(text, list):  # the notebook format allows a list of lines
        text = "".join(part for part in text if isinstance(part, str))
    if not isinstance(text, str):
        return ""
    left_out = max(0, len(text) - 4 * limit)
    text = ESCAPES.sub("", text[: 4 * limit]).replace("\r\n", "\n")
    text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    text = INVISIBLE.sub("", text)
    if not left_out and len(text) <= limit:
        return text
    # Together with the sentence no longer than the limit, so that cleaning twice is cleaning once.
    kept = text[: max(0, limit - ROOM_TO_SAY)]
    return f"{kept}\n\N{HORIZONTAL ELLIPSIS} ({left_out + len(text) - len(kept):,} more characters)"


def sanitise_outputs(outputs: object, allowance: Allowance) -> list[NotebookNode]:
    """Outputs of one cell as new nbformat outputs: streams, plain text, errors without colours, PNG
    pictures."""
    kept: list[NotebookNode] = []
    for output in outputs[:MAX_OUTPUTS] if isinstance(outputs, list) else []:
        kind = output.get("output_type") if isinstance(output, dict) else None
        if kind == "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            text = _text(output.get("text"), allowance)
            if text and kept and kept[-1].output_type == "stream" and kept[-1].name == name:
                kept[-1]["text"] = clean_text(kept[-1].text + text)
            elif text:
                kept.append(new_output("stream", name=name, text=text))
        elif kind == "error":
            kept.append(_error(output, allowance))
        elif kind in ("display_data", "execute_result"):
            data = _bundle(output.get("data"), allowance)
            if data:
                kept.append(new_output("display_data", data=data))
    return kept


def sanitise_attachments(attachments: object, allowance: Allowance) -> dict[str, dict[str, str]]:
    """Pictures that were pasted into a text, by name, each as a PNG that was drawn anew."""
    kept = {}
    for name, data in attachments.items() if isinstance(attachments, dict) else ():
        encoded = _bundle(data, allowance).get("image/png")
        picture = {"image/png": encoded} if encoded else {}
        if picture and isinstance(name, str):
            kept[clean_text(name, 200)] = picture
    return kept


def sanitise_notebook(nb: NotebookNode) -> list[str]:
    """Make an executed notebook safe to keep and to show, in place; returns sentences about what
    was left out.

    Also resets the fields that a kernel's replies fill in and templates print: execution counts,
    the language."""
    allowance = Allowance()
    for cell in nb.cells:
        if cell.cell_type != "code":
            pasted = sanitise_attachments(cell.pop("attachments", None), allowance)
            if pasted:
                cell["attachments"] = pasted
            continue
        cell["outputs"] = sanitise_outputs(cell.get("outputs"), allowance)
        count = cell.get("execution_count")
        cell["execution_count"] = count if type(count) is int and 0 <= count < 10**6 else None
    nb.metadata.pop("widgets", None)
    nb.metadata["language_info"] = NotebookNode(name="python", pygments_lexer="ipython3")
    return allowance.notices


def redraw(kind: str, data: object) -> bytes:
    """A picture of an output's data bundle, drawn anew as PNG; raises PictureError."""
    if isinstance(data, list):
        data = "".join(part for part in data if isinstance(part, str))
    if not isinstance(data, str):
        raise PictureError("A picture is not shown: its data is not text.")
    if kind == SVG:
        return reencode(draw_svg(data))
    try:
        picture = base64.b64decode(data)
    except ValueError as error:  # binascii's, or of text that is not ASCII
        raise PictureError("A picture is not shown: its data is not base64.") from error
    return picture if is_plain(picture) else reencode(picture)


def _text(text: object, allowance: Allowance) -> str:
    if allowance.characters <= 0:
        allowance.note("Some printed text is not shown: the notebook prints too much.")
        return ""
    cleaned = clean_text(text, min(MAX_TEXT_CHARACTERS, allowance.characters))
    allowance.characters -= len(cleaned)
    return cleaned


def _error(output: dict, allowance: Allowance) -> NotebookNode:
    """The traceback's last word first: name and message are kept even where the traceback is
    cut."""
    traceback = output.get("traceback")
    lines = (
        [line for line in traceback if isinstance(line, str)] if isinstance(traceback, list) else []
    )
    return new_output(
        "error",
        ename=clean_text(output.get("ename"), 100),
        evalue=clean_text(output.get("evalue"), 1000),
        traceback=[_text("\n".join(lines), allowance)],
    )


def _bundle(data: object, allowance: Allowance) -> dict[str, str]:
    """The plain text and the picture of a display, without anything that a browser could run."""
    if not isinstance(data, dict):
        return {}
    kept = {}
    kind = next((kind for kind in PICTURE_TYPES if kind in data), None)
    if kind is not None and allowance.pictures <= 0:
        allowance.note("Some pictures are not shown: the notebook has too many.")
    elif kind is not None and allowance.picture_seconds <= 0:
        allowance.note("Some pictures are not shown: drawing them takes too long.")
    elif kind is not None:
        allowance.pictures -= 1
        started = time.monotonic()
        try:
            kept["image/png"] = base64.b64encode(redraw(kind, data[kind])).decode("ascii")
        except PictureError as refusal:
            allowance.note(str(refusal))
        allowance.picture_seconds -= time.monotonic() - started
    text = _text(data.get("text/plain"), allowance)
    if text:
        kept["text/plain"] = text
    return kept
