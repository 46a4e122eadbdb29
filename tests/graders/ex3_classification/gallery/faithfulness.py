"""Wrong variants of the task `faithfulness`: one edit each, the hidden test that must fail, and
words of its message."""

from tests.graders.ex3_classification.edits import IN_TRAINING
from tests.graders.galleries import of

ORDER = "positions = attention_weights.argsort(descending=True)[:k].tolist()"

PAIRS = "return [(position, tokens[position]) for position in positions]"

FAITHFULNESS = of(
    "faithfulness",
    (
        "least attended",
        ORDER,
        ORDER.replace("descending=True", ""),
        "test_top_tokens_are_the_most_attended",
        "least attention",
    ),
    (
        "least attended change nothing",
        ORDER,
        ORDER.replace("descending=True", ""),
        "test_comprehensiveness",
        "others than the trained",
    ),
    (
        "in the text's order",
        PAIRS,
        "return [(position, tokens[position]) for position in sorted(positions)]",
        "test_top_tokens_are_the_most_attended",
        "come first",
    ),
    (
        "always five",
        "[:k].tolist()",
        "[:5].tolist()",
        "test_top_tokens_are_the_most_attended",
        "expected",
    ),
    (
        "the first tokens",
        ORDER,
        "positions = list(range(len(tokens)))[:k]",
        "test_top_tokens_are_the_most_attended",
        "not those with the most attention",
    ),
    (
        "positions from 1",
        PAIRS,
        "return [(position + 1, tokens[position]) for position in positions]",
        "test_top_tokens_are_the_most_attended",
        "belong together",
    ),
    (
        "positions that are tensors",
        "[:k].tolist()",
        "[:k]",
        "test_top_tokens_are_the_most_attended",
        "tensor still",
    ),
    (
        "only tokens",
        PAIRS,
        "return [tokens[position] for position in positions]",
        "test_top_tokens_are_the_most_attended",
        "pairs",
    ),
    (
        "topk of too many",
        ORDER,
        "positions = attention_weights.topk(k).indices.tolist()",
        "test_top_tokens_are_the_most_attended",
        "",
    ),
    (
        "a batch of weights",
        "return tokenize(text), attention_weights[0]",
        "return tokenize(text), attention_weights",
        "test_top_tokens_are_the_most_attended",
        "(T,)",
    ),
    (
        "weights of another model",
        "_, attention_weights = model(token_ids, lengths)",
        "_, attention_weights = long_model(token_ids, lengths)",
        "test_top_tokens_are_the_most_attended",
        "those that the trained `model` returns",
    ),
    (
        "weights over all positions of a batch",
        "return tokenize(text), attention_weights[0]",
        "return tokenize(text), attention_weights[0] / 2",
        "test_top_tokens_are_the_most_attended",
        "sum to 1",
    ),
    (
        "no eval mode",
        "    model.eval()\n    token_ids",
        "    token_ids",
        "test_attention_without_dropout",
        "model.eval() first",
    ),
    (
        "other tokens",
        "return tokenize(text), attention_weights[0]",
        "return text.split(), attention_weights[0]",
        "test_top_tokens_are_the_most_attended",
        "tokenize(text)",
    ),
    (
        "attention that says nothing",
        IN_TRAINING,
        "model = Counting(polarity, 0.0)",
        "test_comprehensiveness",
        "no points",
    ),
)
