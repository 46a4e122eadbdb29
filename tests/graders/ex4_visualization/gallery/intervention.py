"""Wrong variants of the task `intervention`: one edit each, the hidden test that must fail, and
words of its message."""

from tests.graders.galleries import Wrong

BEFORE = "return (before[label] - after[label]).item()"

HIDE = "after, _ = model([UNK if place in top else token for place, token in enumerate(tokens)])"

GO, STAYS = "test_the_most_attended_words_go", "test_the_label_stays"


def intervention(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "intervention", old, new, test, says)


INTERVENTION = [
    intervention(
        "every token of that spelling",
        HIDE,
        "gone = {tokens[place] for place in top}\n"
        "    after, _ = model([UNK if token in gone else token for token in tokens])",
        "test_a_word_that_occurs_twice",
        "hide places, not words",
    ),
    intervention(
        "sign",
        BEFORE,
        BEFORE.replace("before[label] - after[label]", "after[label] - before[label]"),
        GO,
        "sign is turned round",
    ),
    intervention(
        "absolute",
        BEFORE,
        BEFORE.replace(".item()", ".abs().item()"),
        "test_surer_is_negative",
        "absolute value",
    ),
    intervention(
        "words cut out",
        HIDE,
        "after, _ = model([token for place, token in enumerate(tokens) if place not in top])",
        GO,
        "cut out",
    ),
    intervention(
        "the least attended", "descending=True", "descending=False", GO, "looked at least"
    ),
    intervention("one too many", "[:mask_top_k]", "[:mask_top_k + 1]", GO, "one word too many"),
    intervention(
        "one too few", "[:mask_top_k]", "[:max(0, mask_top_k - 1)]", GO, "one word too few"
    ),
    intervention("the k-th alone", "[:mask_top_k]", "[mask_top_k - 1:mask_top_k]", GO, "not all k"),
    intervention("all but the top", "if place in top", "if place not in top", GO, "all words but"),
    intervention(
        "the first words",
        "top = attention_weights.argsort(descending=True, stable=True)[:mask_top_k].tolist()",
        "top = list(range(mask_top_k))",
        GO,
        "the first k words",
    ),
    intervention(
        "split",
        "tokens = tokenize(text)\n    before",
        "tokens = text.split()\n    before",
        GO,
        "split()",
    ),
    intervention(
        "text itself",
        "before, attention_weights = model(tokens) ",
        "before, attention_weights = model(text) ",
        GO,
        "wants a list of tokens",
    ),
    intervention(
        "quotient", BEFORE, "return (after[label] / before[label]).item()", GO, "quotient"
    ),
    intervention(
        "relative",
        BEFORE,
        "return ((before[label] - after[label]) / before[label]).item()",
        GO,
        "divided by the probability",
    ),
    intervention(
        "logarithms",
        BEFORE,
        "return (before[label].log() - after[label].log()).item()",
        GO,
        "logarithms",
    ),
    intervention("probability alone", BEFORE, "return after[label].item()", GO, "not the change"),
    intervention(
        "a tuple", BEFORE, "return before[label].item(), after[label].item()", GO, "to be a number"
    ),
    intervention(
        "largest twice",
        BEFORE,
        "return (before.max() - after.max()).item()",
        STAYS,
        "same label both times",
    ),
    intervention(
        "label from the rest",
        BEFORE,
        "label = after.argmax().item()\n    " + BEFORE,
        STAYS,
        "the one predicted for the whole text",
    ),
    intervention("class 0", "label = before.argmax().item()", "label = 0", STAYS, "first class"),
    intervention(
        "the least likely",
        "label = before.argmax().item()",
        "label = before.argmin().item()",
        "test_surer_is_negative",
        "least likely",
    ),
    intervention(
        "later of equals",
        "attention_weights.argsort(descending=True, stable=True)[:mask_top_k]",
        "(len(tokens) - 1 - attention_weights.flip(0).argsort(descending=True,"
        " stable=True))[:mask_top_k]",
        "test_equal_weights",
        "a later word goes first",
    ),
    intervention(
        "all refused",
        "    if mask_top_k < 0:",
        "    if mask_top_k < 0 or mask_top_k >= len(tokenize(text)):",
        "test_none_and_all",
        "ValueError",
    ),
    intervention(
        "nothing refused",
        '    if mask_top_k < 0:\n        raise ValueError(f"cannot hide {mask_top_k} words")\n',
        "",
        "test_a_negative_number_is_refused",
        "Expected ValueError",
    ),
]
