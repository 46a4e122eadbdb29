"""Checks of the trained classifiers and of what is said about them."""

import torch
from torch import Tensor

from attention_lab.checks.look import Look, Student, display
from attention_lab.data import load_reviews
from attention_lab.figures import read_figure
from attention_lab.neutral import bury
from attention_lab.text import tokenize


def prediction(student: Student, look: Look) -> None:
    reviews = load_reviews("ex3_classification", "validation")[::4]
    texts, labels = [review.text for review in reviews], [review.label for review in reviews]
    probabilities = student.class_probabilities(student.model, texts)
    look.shape(probabilities, (len(texts), 2), "class_probabilities")
    look.close(
        probabilities.sum(dim=-1),
        torch.ones(len(texts)),
        "its rows sum to 1",
        "softmax over the classes, dim=-1.",
    )
    look.close(
        student.class_probabilities(student.model, texts[-1:]),
        probabilities[-1:],
        "a text alone gets the same answer as in the list",
        "are the rows in the order of the texts, the classifier in eval mode, and the padding"
        " masked?",
    )
    look.shape(
        student.class_probabilities(student.model, []), (0, 2), "for no texts, class_probabilities"
    )
    predicted = student.predict(texts)
    look.that(
        isinstance(predicted, list)
        and len(predicted) == len(texts)
        and set(predicted) <= {"negative", "positive"},
        "predict gives a label for each text",
        'return "negative" or "positive" for each text of the list.',
    )
    look.that(student.predict([]) == [], "no texts, no labels", "return [] for [].")
    accuracy = sum(one == other for one, other in zip(predicted, labels, strict=False)) / len(
        labels
    )
    look.that(
        accuracy > 0.7,
        f"accuracy {accuracy:.2f} on {len(labels)} validation reviews",
        "that is little for a trained model: did the training cell run to its end, and is column 0"
        " the class negative?",
    )


def long_texts(student: Student, look: Look) -> None:
    reviews = load_reviews("ex3_classification", "validation")[::16]
    texts, labels = [review.text for review in reviews], [review.label for review in reviews]
    # Of the model trained on short texts: its accuracy does depend on k.
    accuracies = student.accuracy_against_k(student.model, texts, labels, [9, 0])
    look.that(
        isinstance(accuracies, list) and len(accuracies) == 2,
        "it gives a number for each k",
        f"yours is {accuracies}.",
    )
    for k, value in zip((9, 0), accuracies, strict=False):
        rows = (
            student.class_probabilities(student.model, [bury(text, k) for text in texts])
            .argmax(dim=-1)
            .tolist()
        )
        right = sum(
            ("negative", "positive")[number] == label
            for number, label in zip(rows, labels, strict=False)
        ) / len(texts)
        look.that(
            abs(float(value) - right) < 1e-6,
            f"for k = {k} it is the share of right answers",
            f"yours is {float(value):.3f}, counted here: {right:.3f}.",
        )
    attention, last = (
        student.accuracy_against_k(classifier, texts, labels, [16])[0]
        for classifier in (student.long_model, student.long_baseline)
    )
    look.that(
        attention > 0.6,
        f"attention among 16 neutral sentences: {attention:.2f}, last state: {last:.2f}",
        "did the training on long texts run to its end?",
    )


def faithfulness(student: Student, look: Look) -> None:
    text = "Not funny, not moving, and not even short."
    tokens, weights = student.attend(text)
    look.that(
        list(tokens) == tokenize(text),
        "attend gives the tokens of the text",
        f"yours are {tokens}.",
    )
    look.shape(weights, (len(tokens),), "attention_weights")
    look.close(
        weights.sum(),
        torch.tensor(1.0),
        "they sum to 1",
        "the weights of one text, as the model gives them.",
    )
    pairs = student.top_tokens(text, 3)
    look.that(
        len(pairs) == 3 and all(len(pair) == 2 for pair in pairs),
        "top_tokens gives three pairs (position, token)",
        f"yours are {pairs}.",
    )
    look.that(
        not any(isinstance(position, Tensor) for position, _ in pairs),
        "positions are plain numbers",
        "yours are tensors still, which equal nothing in a set of positions: .tolist() or int().",
    )
    look.that(
        all(tokens[position] == token for position, token in pairs),
        "position and token belong together",
        "positions count from 0 in tokenize(text).",
    )
    values = [float(weights[position]) for position, _ in pairs]
    best = weights.sort(descending=True).values[:3].tolist()
    look.that(
        _near(values, best),
        "they are the most attended ones, the most attended first",
        f"the largest weights are {[round(value, 3) for value in best]}.",
    )
    look.that(
        len(student.top_tokens("Fine.", 9)) == 2,
        "a text with fewer tokens gives all it has",
        "topk wants at most as many as there are.",
    )


def text_picture(student: Student, look: Look) -> None:
    tokens = [
        *"the plot is a mess and the jokes are old , but it left me grinning all the way".split(),
        *"home .".split(),
        "extraordinarily",
        "unforgettable",
    ]
    weights = torch.softmax(torch.arange(len(tokens)) % 7 / 1.5, dim=0)
    figure = student.plot_text(tokens, weights)
    read = read_figure(figure)
    texts = read["texts"]
    look.that(
        texts is not None,
        "plot_text returns a matplotlib Figure",
        f"yours is a {type(figure).__name__}.",
    )
    display(figure)
    drawn = {text["text"]: text for text in texts}
    missing = [token for token in tokens if token not in drawn]
    look.that(
        not missing, "every token is drawn as a text of its own", f"not found: {missing[:3]}."
    )
    outside = [
        text["text"]
        for text in texts
        if min(text["box"][:2]) < -0.01 or max(text["box"][2:]) > 1.01
    ]
    look.that(not outside, "nothing sticks out of the figure", f"these do: {outside[:3]}.")
    wide = read_figure(student.plot_text(tokens * 3, weights.repeat(3)))["size"][0]
    look.that(
        wide <= 15,
        f"three times as many tokens still fit on a page ({wide:.1f} inches wide)",
        "begin a new line before 15 inches are full.",
    )
    once = [t for t, token in enumerate(tokens) if tokens.count(token) == 1]
    dark, light = (
        max(once, key=lambda t: float(weights[t])),
        min(once, key=lambda t: float(weights[t])),
    )
    look.that(
        drawn[tokens[dark]]["darkness"] > drawn[tokens[light]]["darkness"] + 0.1,
        "more weight is darker",
        f"'{tokens[dark]}' has the most weight and '{tokens[light]}' the least; their grounds do"
        " not show it.",
    )
    try:
        student.plot_text(tokens, weights[:-1])
    except ValueError as error:
        look.that(
            str(len(tokens)) in str(error) and str(len(tokens) - 1) in str(error),
            "a ValueError where the numbers do not fit, quoting both",
            f"yours says: {error}",
        )
    else:
        look.found(
            "a ValueError where the numbers do not fit",
            "one weight less than tokens was drawn without a word.",
        )


def _near(one: list[float], other: list[float]) -> bool:
    return len(one) == len(other) and bool(torch.allclose(Tensor(one), Tensor(other), atol=1e-5))
