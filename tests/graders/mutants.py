"""Mutants of an assignment's solution: one small change each to the code between BEGIN SOLUTION and
END SOLUTION.

The changes are mutmut's, but for None in the place of a value, which ends in an error at once and
says nothing about the hidden tests; and four more that suit tensor code, where the usual mistake is
a step left out."""

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_assignment
from nbformat import NotebookNode

from kireji.course.assignment import Assignment

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


class Mutant(NamedTuple):
    """`before` became `after` in line `line` of the cell `cell`, whose whole text is now `source`.
    Its hidden tests are those of `task`."""

    task: str
    cell: str
    line: int
    before: str
    after: str
    source: str


def smaller_number(node: cst.Integer | cst.Float) -> Iterator[cst.CSTNode]:
    """mutmut adds 1; dimensions and indices also go wrong the other way."""
    value = repr(node.evaluated_value - 1)
    yield cst.parse_expression(f"({value})" if value.startswith("-") else value)


def step_left_out(node: cst.Call) -> Iterator[cst.CSTNode]:
    """x.f(...) -> x, and module.f(x, ...) -> x."""
    if isinstance(node.func, cst.Attribute):
        yield node.func.value
    if node.args:
        yield node.args[0].value


def statement_left_out(node: cst.Expr) -> Iterator[cst.CSTNode]:
    """f(...) as a statement -> pass."""
    if not isinstance(node.value, cst.SimpleString):
        yield cst.Pass()


def condition_turned(node: cst.If) -> Iterator[cst.CSTNode]:
    """if x -> if not (x)."""
    inside = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    yield node.with_changes(test=cst.UnaryOperation(cst.Not(), inside))


OPERATORS: list[tuple[type | tuple[type, ...], Callable[..., Iterable[cst.CSTNode]]]] = [
    *(
        (kind, operator)
        for kind, operator in mutation_operators
        if operator is not operator_assignment
    ),
    ((cst.Integer, cst.Float), smaller_number),
    (cst.Call, step_left_out),
    (cst.Expr, statement_left_out),
    (cst.If, condition_turned),
]


def mutants_of(assignment: Assignment) -> list[Mutant]:
    """Every mutant of every answer, in the notebook's order; each changed text once."""
    found: dict[tuple[str, str], Mutant] = {}
    waiting: list[NotebookNode] = []
    for cell in assignment.source.cells:
        mark = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and mark.get("solution"):
            waiting.append(cell)
        if mark.get("grade") and cell.cell_type == "code":
            for answer in waiting:
                for mutant in _of_cell(mark["grade_id"], answer):
                    found.setdefault((mutant.cell, mutant.source), mutant)
            waiting = []
    return list(found.values())


def mutated(assignment: Assignment, mutant: Mutant | None) -> NotebookNode:
    """The notebook with the mutant in place (None: as it is), without the cells that only try and
    show things."""
    notebook = copy.deepcopy(assignment.source)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.id.rpartition("-")[2] not in ("try", "check", "yours")
    ]
    for cell in notebook.cells:
        if mutant and cell.id == mutant.cell:
            cell.source = mutant.source
    return notebook


def _of_cell(task: str, cell: NotebookNode) -> Iterator[Mutant]:
    inside, lines = False, set()
    for number, line in enumerate(cell.source.split("\n"), start=1):
        inside = (inside or BEGIN in line) and END not in line
        if inside:
            lines.add(number)
    wrapper = MetadataWrapper(cst.parse_module(cell.source))
    finder = _Finder(lines)
    wrapper.visit(finder)
    for node, other, line in finder.found:
        source = wrapper.module.deep_replace(node, other).code
        if (
            source != cell.source
            and source.count("None") <= cell.source.count("None")
            and _compiles(source)
        ):
            yield Mutant(task, cell.id, line, _text(node), _text(other), source)


class _Finder(cst.CSTVisitor):
    """Collects (node, the node in its place, line)."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, lines: set[int]) -> None:
        super().__init__()
        self.lines = lines
        self.found: list[tuple[cst.CSTNode, cst.CSTNode, int]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, (cst.Annotation, cst.Decorator)):
            return False
        position = self.get_metadata(PositionProvider, node, None)
        if position and position.start.line in self.lines:
            for kind, operator in OPERATORS:
                if isinstance(node, kind):
                    self.found += [(node, other, position.start.line) for other in operator(node)]
        return True


def _compiles(source: str) -> bool:
    try:
        compile(source, "<mutant>", "exec")
    except SyntaxError:
        return False
    return True


def _text(node: cst.CSTNode) -> str:
    """The node as code, in one line."""
    if isinstance(node, cst.If):
        return "if " + cst.Module([]).code_for_node(node.test)
    return " ".join(cst.Module([]).code_for_node(node).split())
