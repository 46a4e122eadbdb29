"""What a report says of names that the notebook lacks, or gives to something else."""

import json

import nbformat

from kireji.grading.failed_cells import failed_names
from kireji.grading.judge import judge
from kireji.grading.submission import Submission

SECRET = b"s" * 32


def messages(toy, notebook: bytes, grade_id: str) -> set[str]:
    report = judge(Submission(notebook), toy, SECRET).report
    return {
        test.message for cell in report.cells if cell.grade_id == grade_id for test in cell.tests
    }


def test_a_missing_module_is_named_with_what_to_do(toy, submit):
    (said,) = messages(toy, submit(double_solution="from my_sums import double"), "double")
    assert said == (
        "The cell that defines double failed with ModuleNotFoundError: No module named 'my_sums'."
        " Copy the code of this module into a cell of the notebook: other files are not imported."
    )


def test_a_call_that_needs_a_missing_name_says_why(toy, submit):
    helper = "from my_sums import twice"
    document = json.loads(submit(double_solution="def double(x):\n    return twice(x)"))
    document["cells"][1:1] = [nbformat.v4.new_code_cell(helper)]
    for said in messages(toy, json.dumps(document).encode(), "double"):
        assert "NameError" in said and "No module named 'my_sums'" in said


def test_a_function_replaced_by_a_value_is_named(toy, submit):
    document = json.loads(submit())
    document["cells"].append(nbformat.v4.new_code_cell("double = 2 * 21"))
    for said in messages(toy, json.dumps(document).encode(), "double"):
        assert said == (
            "At the end of the notebook double is no function and no class, but a value of type"
            " int: a later cell uses this name for something else. Use another name there."
        )


def test_a_name_that_a_later_cell_defines_well_is_not_missing():
    failing = nbformat.v4.new_code_cell("import json as own\nvalue = lacking")
    failing.outputs = [nbformat.v4.new_output("error", ename="NameError", evalue="lacking\n")]
    well = nbformat.v4.new_code_cell("value = 1")
    assert failed_names([failing, well]) == {"own": "NameError: lacking."}


def test_a_module_that_the_assignment_accepts_is_imported(toy, submit):
    notebook = submit(double_solution="from my_sums import double")
    files = {"my_sums.py": b"def double(x):\n    return x + x\n"}
    assert judge(Submission(notebook, files), toy, SECRET).report.score == 6
