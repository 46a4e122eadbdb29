"""What tells a mutant of ex3's solution from the solution: questions of their own, not those of the
hidden tests.

Runs in the notebook's namespace, after tests/graders/probing.py; so the names here are the
notebook's and that file's."""


def some_texts(count):
    start = drawn(0, 500)
    return validation_texts[start : start + count], validation_labels[start : start + count]


def some_batches():
    """Three batches, the last of them short."""
    from attention_lab.labelled import LabelledBatch

    batches = []
    for B in (4, 4, 2):
        lengths = torch.randint(1, 6, (B,))
        token_ids = torch.randint(1, 9, (B, int(lengths.max())))
        token_ids = token_ids.masked_fill(
            torch.arange(token_ids.shape[1]) >= lengths.unsqueeze(1), 0
        )
        batches.append(LabelledBatch(token_ids, lengths, torch.randint(0, 2, (B,))))
    return batches


def small_classifier(sharp=1.0):
    classifier = AttentionClassifier(9, 3, 4, 2, 0, dropout=0.5)
    with torch.no_grad():
        for parameter in classifier.parameters():
            parameter.mul_(sharp)
    return classifier


def probe_pooling():
    B, T = drawn(1, 3), drawn(1, 6)
    outputs = 3 * torch.randn(B, T, 5)
    masks = (
        torch.ones(B, T, dtype=torch.bool),
        torch.rand(B, T) < 0.6,
        torch.zeros(B, T, dtype=torch.bool),
    )
    return [used(AttentionPooling(5, 7), outputs, mask) for mask in masks]


def probe_classifier():
    answers = []
    for batch in some_batches():
        padded = torch.nn.functional.pad(batch.token_ids, (0, 2))
        answers += [
            used(AttentionClassifier(9, 3, 4, 3, pad_id, dropout), padded, batch.lengths)
            for pad_id, dropout in ((0, 0.0), (0, 0.9), (5, 0.5))
        ]
    return [*answers, AttentionClassifier(9, 3, 4, 2, 0).dropout.p]


def probe_train_epoch():
    answers = []
    for sharp, rate in ((1.0, 0.1), (6.0, 1.0)):
        classifier, batches = small_classifier(sharp).eval(), some_batches()
        for parameter in classifier.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimizer = torch.optim.SGD(classifier.parameters(), lr=rate)
        answers += [
            train_epoch(classifier, batches, optimizer),
            classifier.training,
            dict(classifier.state_dict()),
        ]
    return answers


def probe_selection():
    answers = []
    for scores in ([1, 2, 3, 2, 2, 5], [3, 3, 3, 3, 4, 4], [1, 0, 2, 2, 1, 9]):
        for settings in ({"patience": 1}, {"patience": 3}, {}):
            classifier, left, modes = small_classifier(), list(scores), []

            def validate():
                modes.append(classifier.training)
                return left.pop(0)

            optimizer = torch.optim.SGD(classifier.parameters(), lr=0.5)
            answers += [
                train_and_select(classifier, some_batches(), optimizer, validate, 5, **settings),
                modes,
                classifier.training,
                dict(classifier.state_dict()),
            ]
    return answers


def probe_build():
    return [{name: list(tensor.shape) for name, tensor in build_classifier().state_dict().items()}]


def probe_prediction():
    texts, labels = some_texts(130)
    model.train()
    return [
        predict(texts[:7]),
        predict([]),
        class_probabilities(model, texts),
        class_probabilities(long_model, texts[:3]),
        class_probabilities(model, []),
    ]


def probe_long_texts():
    texts, labels = some_texts(20)
    return [
        accuracy_against_k(long_model, texts, labels, [0, 3]),
        accuracy_against_k(long_baseline, texts[:1], labels[:1], [5]),
    ]


def probe_tokens():
    texts, _ = some_texts(4)
    model.train()
    return [
        [attend(text) for text in texts],
        [top_tokens(text, k) for text in texts for k in (0, 1, 3, 500)],
    ]


def some_pictures():
    """Figures of texts of one word and of many, short words and long ones."""
    for count in (1, 4, 40):
        words = [text[: drawn(1, 24)].strip() for text in some_texts(count)[0]]
        for weights in (torch.rand(count).softmax(dim=0).requires_grad_(), torch.zeros(count)):
            yield plot_text(words, weights)


def probe_text_picture():
    """What is asked for: the words in reading order and how dark each is; nothing outside, nothing
    on top of each other, not too wide."""
    from attention_lab.figures import read_figure

    answers = []
    for figure in some_pictures():
        seen = read_figure(figure)
        texts = sorted(
            seen["texts"],
            key=lambda text: (
                -round((text["box"][1] + text["box"][3]) / 2 * seen["size"][1], 1),
                text["box"][0],
            ),
        )
        boxes = [text["box"] for text in texts]
        apart = all(
            one[2] <= other[0] + 0.005
            or other[2] <= one[0] + 0.005
            or one[3] <= other[1] + 0.01
            or other[3] <= one[1] + 0.01
            for i, one in enumerate(boxes)
            for other in boxes[:i]
        )
        inside = all(min(box) > -0.005 and max(box) < 1.005 for box in boxes)
        answers.append(
            [
                [text["text"] for text in texts],
                [round(text["darkness"], 2) for text in texts],
                apart,
                inside,
                seen["size"][0] <= 15,
            ]
        )
    return answers


def probe_open_text_picture():
    answers = []
    for figure in some_pictures():
        answers += [figure.get_size_inches().tolist(), [ax.axison for ax in figure.axes]]
        for text in [text for ax in figure.axes for text in ax.texts]:
            answers.append(
                [
                    text.get_text(),
                    text.get_position(),
                    text.get_color(),
                    list(text.get_bbox_patch().get_facecolor()),
                ]
            )
    return answers


def probe_text_picture_that_does_not_fit():
    return plot_text(["one", "two"], torch.ones(3) / 3)
