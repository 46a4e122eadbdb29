"""From sentences to token ids and back."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

PAD, BOS, EOS, UNK = "<pad>", "<bos>", "<eos>", "<unk>"
SPECIALS = (PAD, BOS, EOS, UNK)

# French clitics (l', j', qu' ...) and inverted pronouns (-tu, -ce) are tokens; English contractions
# (don't) stay whole.
_TOKEN = re.compile(
    r"(?:(?:lorsqu|jusqu|puisqu|quoiqu|qu|[cdjlmnst])'(?=\w))|-?\w+(?:'\w+)?|[^\w\s]"
)
_NO_SPACE_BEFORE = re.compile(r" (?=[.,!?;:%)]|-\w)")
_NO_SPACE_AFTER_CLITIC = re.compile(r"(?<=\b[cdjlmnst]') |(?<=qu') ")


def tokenize(sentence: str) -> list[str]:
    """Lower-case words and punctuation marks: "J'ai faim !" -> ["j'", "ai", "faim", "!"]."""
    plain = unicodedata.normalize("NFC", sentence).replace("\u2019", "'").replace("\u2018", "'")
    return _TOKEN.findall(plain.lower())


def detokenize(tokens: Sequence[str]) -> str:
    """One readable sentence from tokens: ["i'm", "hungry", "!"] -> "i'm hungry!"."""
    text = _NO_SPACE_BEFORE.sub("", " ".join(tokens))
    return _NO_SPACE_AFTER_CLITIC.sub("", text)


class Vocabulary:
    """Numbers for tokens. The first four are <pad> 0, <bos> 1, <eos> 2 and <unk> 3 (any token not
    in the vocabulary)."""

    def __init__(self, tokens: Sequence[str]):
        """`tokens`: all different, in the order of their numbers, the four specials first."""
        if tuple(tokens[:4]) != SPECIALS or len(set(tokens)) != len(tokens):
            raise ValueError(f"a vocabulary is {', '.join(SPECIALS)} and then tokens, each once")
        self.tokens = list(tokens)
        self._ids = {token: number for number, token in enumerate(tokens)}
        self.pad_id, self.bos_id, self.eos_id, self.unk_id = range(4)

    @classmethod
    def build(cls, sentences: Iterable[Sequence[str]], min_count: int = 1) -> "Vocabulary":
        """Every token seen at least `min_count` times; the most frequent first, ties by name."""
        counts = Counter(token for sentence in sentences for token in sentence)
        kept = [token for token, count in counts.items() if count >= min_count]
        return cls([*SPECIALS, *sorted(kept, key=lambda token: (-counts[token], token))])

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: str) -> bool:
        return token in self._ids

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """Tokens to numbers; unknown ones become unk_id. Adds no bos or eos."""
        number_of, unknown = self._ids.get, self.unk_id
        return [number_of(token, unknown) for token in tokens]

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Numbers to tokens, up to the first eos (not included); pad and bos are left out."""
        tokens = []
        for number in map(int, ids):
            if number == self.eos_id:
                break
            if number not in (self.pad_id, self.bos_id):
                tokens.append(self.tokens[number])
        return tokens
