"""The mutation run itself, on one task: its mutants are caught, those that change nothing are told
from the others."""

import pytest

from tests.graders.mutants import mutants_of, mutated
from tests.graders.mutation import Course, alike, chosen
from tests.graders.outcomes import CAUGHT, SAME, SURVIVED, Outcome, Table, summary
from tests.support.clone import COURSE

NAME = "ex1_translation"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return Course(
        COURSE.assignment(NAME), tmp_path_factory.mktemp("mutants"), tasks=["padding_mask"]
    )


@pytest.fixture(scope="module")
def mutants():
    return mutants_of(COURSE.assignment(NAME))


def mutant(mutants, task, before, after):
    return next(
        each for each in mutants if (each.task, each.before, each.after) == (task, before, after)
    )


def test_mutants_change_the_solution_and_nothing_else(mutants):
    assert len({(each.cell, each.source) for each in mutants}) == len(mutants) > 300
    for each in mutants[::20]:
        cells = mutated(COURSE.assignment(NAME), each).cells
        assert [cell.source for cell in cells if cell.id == each.cell] == [each.source]
        assert "### BEGIN SOLUTION" in each.source


def test_a_step_left_out_and_a_number_less_are_among_them(mutants):
    assert mutant(mutants, "train_step", "optimizer.zero_grad()", "pass")
    assert mutant(
        mutants,
        "additive_attention",
        "torch.tanh(projected_query + projected_key)",
        "projected_query + projected_key",
    )
    assert mutant(mutants, "padding_mask", "1", "0")


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("< lengths.unsqueeze(1)", "<= lengths.unsqueeze(1)", CAUGHT),
        ("torch.arange(max_length, device=lengths.device)", "torch.arange(max_length, )", SAME),
    ],
)
def test_outcomes(course, mutants, before, after, what):
    assert course.outcome(mutant(mutants, "padding_mask", before, after)).what == what


def test_a_mutant_is_asked_what_calls_its_cell(course, mutants):
    names = course.concerned(mutant(mutants, "padding_mask", "1", "0"))
    assert {"probe_padding_mask", "probe_decoding"} <= set(names) and "probe_loss" not in names


def test_the_summary_counts_what_changes_behaviour(mutants):
    outcomes = [Outcome(mutants[0], what, "") for what in (CAUGHT, CAUGHT, CAUGHT, SAME, SURVIVED)]
    assert "75.0 %" in summary(outcomes)
    assert f"survived: {mutants[0].cell}" in summary(outcomes)


def test_those_of_a_task_are_chosen_evenly(mutants):
    few = chosen(mutants, ["decoding"], 4)
    every = chosen(mutants, ["decoding"], None)
    assert few == [every[len(every) * at // 4] for at in range(4)]


def test_alike():
    assert alike([1, (2.0, "x")], [1, [2.0, "x"]]) and alike(float("nan"), float("nan"))
    assert not alike([1], [2]) and not alike(1, 1.0) and not alike([1], [1, 2])


def test_a_run_goes_on_where_it_was_ended(mutants, tmp_path):
    """Survivors alone are asked again: the hidden tests may have become stricter since."""
    for mutant, what in zip(mutants, (CAUGHT, SAME, SURVIVED, SURVIVED), strict=False):
        Table(tmp_path / "new" / "table.tsv").add(Outcome(mutant, what, "why"))
    Table(tmp_path / "new" / "table.tsv").add(Outcome(mutants[3], CAUGHT, "a later run"))
    table = Table(tmp_path / "new" / "table.tsv")
    assert [table.known(mutant) and table.known(mutant).what for mutant in mutants[:5]] == [
        CAUGHT,
        SAME,
        None,
        CAUGHT,
        None,
    ]
    assert table.known(mutants[3]).by == "a later run"
