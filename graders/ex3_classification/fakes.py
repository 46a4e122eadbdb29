"""What stands in the place of a student's piece while another is judged."""

from typing import Any

from kireji.testing import isolation

LOSSES = [0.7 - 0.01 * i for i in range(40)]


def stand_in_epoch(student: Any) -> Any:
    """An epoch that trains nothing but moves the weights."""
    return student.make("attention_lab.stand_ins.Climb", LOSSES)


# Their classifier builds the pooling, so the class itself stands under its name.
without_pooling = isolation.without({"AttentionPooling": "attention_lab.stand_ins.PlainPooling"})
without_epoch = isolation.without({"train_epoch": stand_in_epoch})
