"""Code that follows a variant's definitions and gives it trained classifiers, which cost no training.

Their weights are counts: a word's vector says how much more often it stands in positive reviews than in negative ones."""

CODE = '''
from attention_lab.neutral import PATTERNS, WORDS
LABELS = ("negative", "positive")
train_reviews = load_reviews("ex3_classification", "train")
vocabulary = Vocabulary.build((tokenize(review.text) for review in train_reviews), min_count=2)
PAD = vocabulary.pad_id


class Counting(nn.Module):
    """Attends to words by how telling they are; sharp=0 attends to all alike."""

    def __init__(self, polarity, sharp):
        super().__init__()
        self.polarity, self.sharp = polarity, sharp

    def forward(self, token_ids, lengths):
        polarity = self.polarity[token_ids]
        real = torch.arange(token_ids.shape[1]) < lengths.unsqueeze(1)
        weights = (self.sharp * polarity.abs()).masked_fill(~real, float("-inf")).softmax(dim=-1)
        verdict = 2 * (weights * polarity).sum(dim=-1)
        return torch.stack([-verdict, verdict], dim=-1), weights


counts = torch.full((2, len(vocabulary)), 3.0)
for review in train_reviews:
    counts[LABELS.index(review.label), vocabulary.encode(tokenize(review.text))] += 1
polarity = (counts[1] / counts[1].sum()).log() - (counts[0] / counts[0].sum()).log()
polarity[:4] = 0.0
polarity[polarity.abs() < 0.4] = 0.0
model = Counting(polarity, 4.0)
told = {token for text in (*PATTERNS, *(" ".join(words) for words in WORDS.values())) for token in tokenize(text)}
clear = polarity * (polarity.abs() > 0.8)
clear[vocabulary.encode(told)] = 0.0
long_model = Counting(clear, 6.0)
torch.manual_seed(0)
baseline = long_baseline = LSTMClassifier(len(vocabulary), 8, 8, 2, PAD)
'''
