"""Every term that a task, a check, a hidden test or a message takes for granted is explained."""

import re
from pathlib import Path

import pytest

from kireji.installation import DOCS, LAB
from tests.support.clone import ROOT
from tests.support.git_files import staged

SECTIONS = DOCS / "explanation" / "attention"
ROWS = {
    term: (meaning, page)
    for term, meaning, page in re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| \[[^\]]+\]\(([\w-]+\.md)\) \|$",
        (SECTIONS / "glossary.md").read_text(),
        re.MULTILINE,
    )
}
# A word of the glossary, and how the section that explains it, or a task, may write it.
SPELLINGS = {
    "context": r"context",
    "dot product": r"dot.products?",
    "scaled dot product": r"scaled.dot.product",
    "clipping": r"clip",
    "cross-attention": r"cross-attention|cross",
    "content-based": r"content",
    "location-based": r"location",
    "early stop": r"early.stop|stops? early",
    "general attention": r"general",
    "greedy decoding": r"greedy",
    "heat map": r"heat.?map",
    "layer normalisation": r"layer.?norm",
    "multi-head attention": r"multi.?head|heads",
    "positional encoding": r"position",
    "residual connection": r"residual",
    "saturation": r"saturat",
    "self-attention": r"self.attention",
    "attention pooling": r"pooling",
    "attention weights": r"attention.weights",
    "beam search": r"beam",
    "causal mask": r"causal",
    "faithfulness": r"faithful",
    "hard alignment": r"hard.alignment",
    "alignment error rate": r"alignment.error.rate",
    "additive attention": r"additive",
    "teacher forcing": r"teacher.forcing",
    "dropout": r"dropout|dropped",
    "macro-F1": r"macro.F1",
}
# Taught for its own sake: the road to the Transformer, which is no task.
NOT_GRADED = {"cross-attention", "layer normalisation"}


def asked() -> str:
    """All that a student meets: the notebooks, the checks, and the hidden tests' messages."""
    texts = [text.decode() for name, text in staged("source").items() if name.endswith(".ipynb")]
    for folder in (ROOT / "graders", LAB / "attention_lab" / "checks"):
        texts += [path.read_text() for path in sorted(Path(folder).rglob("*.py"))]
    return "\n".join(texts)


ASKED = asked()


def spelling(term: str) -> str:
    return SPELLINGS.get(term, re.escape(term))


def test_the_glossary_is_in_order_and_each_word_is_in_it_once():
    terms = re.findall(
        r"^\| (?!word|-)([^|]+) \| ", (SECTIONS / "glossary.md").read_text(), re.MULTILINE
    )
    assert terms == sorted(terms, key=str.lower) and len(terms) == len(set(terms)) == len(ROWS)


@pytest.mark.parametrize("term", sorted(ROWS))
def test_a_word_is_used_where_the_glossary_leads(term):
    _, page = ROWS[term]
    assert re.search(spelling(term), (SECTIONS / page).read_text(), re.IGNORECASE)


@pytest.mark.parametrize("term", sorted(set(ROWS) - NOT_GRADED))
def test_a_word_is_one_that_students_meet(term):
    assert re.search(spelling(term), ASKED, re.IGNORECASE)
