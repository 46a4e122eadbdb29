"""Wrong variants of accepted/plain.py that compute something sensible, only not what the notebook's
equations say."""

from tests.graders.galleries import Wrong

LOOK = """        query = hidden.unsqueeze(1)
        context, attention_weights = self.attention(
            query, encoder_outputs, encoder_outputs, mask.unsqueeze(1)
        )
        embedded = self.dropout(self.embedding(input_ids)).unsqueeze(1)
        step, last = self.gru(torch.cat([embedded, context], dim=-1), hidden.unsqueeze(0))
"""
OLD_AND_NEW = "test_old_state_looks_and_new_state_speaks"
AGAIN = """        context, attention_weights = self.attention(
            step, encoder_outputs, encoder_outputs, mask.unsqueeze(1)
        )
"""
SORT = "            candidates.sort(key=lambda candidate: candidate[0], reverse=True)\n"
EMPTY = "            beam = []\n"
CHOSEN = """            for candidate in candidates[:beam_size]:
                (finished if candidate[1][-1] == eos_id else beam).append(candidate)
"""
FINAL = "rows.append(max(finished + beam, key=lambda candidate: candidate[0]))"
CLIP = "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n"
SUM = "return steps.masked_fill(ended_before, 0.0).sum(dim=1)"

EQUATIONS = [
    Wrong(
        "a second look with the new state", "decoder", LOOK, LOOK + AGAIN, OLD_AND_NEW, "new state"
    ),
    Wrong(
        "the GRU does not read the context",
        "decoder",
        "self.gru(torch.cat([embedded, context], dim=-1), hidden",
        "self.gru(torch.cat([embedded, 0 * context], dim=-1), hidden",
        OLD_AND_NEW,
        "reads the context",
    ),
    Wrong(
        "the word is said from the old state",
        "decoder",
        "torch.cat([step, context], dim=-1)",
        "torch.cat([hidden.unsqueeze(1), context], dim=-1)",
        OLD_AND_NEW,
        "from the old state",
    ),
    Wrong(
        "a second look only for the word",
        "decoder",
        LOOK,
        LOOK + AGAIN.replace("attention_weights =", "_ ="),
        OLD_AND_NEW,
        "asked 2 times",
    ),
    Wrong(
        "hidden states not reordered",
        "decoding",
        SORT + EMPTY + CHOSEN,
        "            left = [candidate[2] for candidate in candidates[::beam_size]]\n"
        + SORT
        + EMPTY
        + """            for k, (score, words, _, maps) in enumerate(candidates[:beam_size]):
                candidate = (score, words, left[min(k, len(left) - 1)], maps)
                (finished if words[-1] == eos_id else beam).append(candidate)
""",
        "test_beam_follows_each_beginning",
        "order of the chosen",
    ),
    Wrong(
        "ranked by the mean",
        "decoding",
        FINAL,
        FINAL.replace("candidate[0])", "candidate[0] / len(candidate[3]))"),
        "test_beam_follows_each_beginning",
        "by the mean",
    ),
    Wrong(
        "each parameter clipped by itself",
        "train_step",
        CLIP,
        "    for parameter in model.parameters():\n        nn.utils.clip_grad_norm_([parameter],"
        " 1.0)\n",
        "test_gradient_is_clipped",
        "clipped by itself",
    ),
    Wrong(
        "each number clipped by itself",
        "train_step",
        CLIP,
        "    nn.utils.clip_grad_value_(model.parameters(), 0.1)\n",
        "test_gradient_is_clipped",
        "clip_grad_value_",
    ),
    *(
        Wrong(what, "decoding", SUM, new, "test_sequence_score", says)
        for what, new, says in (
            ("words after eos counted", "return steps.sum(dim=1)", "follows the first eos"),
            (
                "eos not counted",
                "return steps.masked_fill(is_eos.cumsum(dim=1) > 0, 0.0).sum(dim=1)",
                "eos is left out",
            ),
            (
                "mean",
                (
                    "return steps.masked_fill(ended_before, 0.0).sum(dim=1) /"
                    " (~ended_before).sum(dim=1)"
                ),
                "mean of the log",
            ),
        )
    ),
]
