"""A score corrected by hand, and comments."""

import pytest
from starlette.testclient import TestClient

from kireji.desk.desk import Desk
from kireji.desk.grades import TaskGrade
from kireji.hub.desk_service import PREFIX
from tests.desk.forms import post
from tests.desk.small_class import SmallClass

ALICE = "assignments/toy/students/alice"


def grade(small_class: SmallClass, student: str, task: str) -> TaskGrade:
    found = Desk(small_class.course, small_class.config).grades.by_task("toy", student)[student]
    return next(one for one in found if one.task == task)


@pytest.fixture
def task(small_class: SmallClass) -> str:
    return next(iter(small_class.points))


def test_a_score_is_corrected_with_a_reason(
    assistant: TestClient, small_class: SmallClass, task: str
) -> None:
    data = {"score": "0.5", "reason": "Argued well", "comment": "Well argued."}
    answer = post(assistant, f"{ALICE}/tasks/{task}", data)
    assert f"{task} has 0.5 points now." in answer.text
    after = grade(small_class, "alice", task)
    assert (after.manual, after.score, after.to_read) == (0.5, 0.5, False)
    assert after.comment == "Well argued."
    events = {event["what"]: event for event in small_class.course.audit.read()}
    corrected = events["corrected a score"]
    assert (corrected["who"], corrected["whom"]) == ("theo", f"toy/alice/{task}")
    assert (corrected["before"], corrected["after"]) == ("None", "0.5")
    assert corrected["reason"] == "Argued well"
    assert events["changed a comment"]["after"] == "Well argued."


def test_a_correction_can_be_taken_back(
    instructor: TestClient, small_class: SmallClass, task: str
) -> None:
    before = grade(small_class, "alice", task)
    post(instructor, f"{ALICE}/tasks/{task}", {"score": "0", "reason": "A mistake"})
    post(instructor, f"{ALICE}/tasks/{task}", {"score": "", "reason": "No mistake"})
    assert grade(small_class, "alice", task) == before


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"score": "0.5"}, "Give a reason"),
        ({"score": "99", "reason": "x"}, "a score is between 0 and"),
        ({"score": "-1", "reason": "x"}, "a score is between 0 and"),
        ({"score": "nan", "reason": "x"}, "a score is between 0 and"),
        ({"score": "much", "reason": "x"}, "is no score"),
    ],
)
def test_a_bad_score_changes_nothing(
    instructor: TestClient, small_class: SmallClass, task: str, data: dict, said: str
) -> None:
    before = grade(small_class, "alice", task)
    answer = post(instructor, f"{ALICE}/tasks/{task}", data)
    assert answer.status_code == 400
    assert said in answer.text
    assert grade(small_class, "alice", task) == before


def test_an_unknown_task_is_not_found(instructor: TestClient) -> None:
    assert post(instructor, f"{ALICE}/tasks/none", {"score": "1"}).status_code == 404
    assert post(instructor, "assignments/toy/students/dan/tasks/x").status_code == 404


def test_the_page_of_a_submission_is_shown_in_a_locked_frame(instructor: TestClient) -> None:
    page = instructor.get(f"{PREFIX}{ALICE}").text
    assert 'sandbox=""' in page
    frame = instructor.get(f"{PREFIX}{ALICE}/feedback")
    assert "Feedback for alice" in frame.text
    assert "sandbox" in frame.headers["Content-Security-Policy"].split("; ")
    assert instructor.get(f"{PREFIX}assignments/toy/students/bob/feedback").status_code == 404


def test_a_submission_without_a_page_says_what_to_do(instructor: TestClient) -> None:
    for student, words in (("bob", "Return it"), ("dan", "Nothing was handed in")):
        assert words in instructor.get(f"{PREFIX}assignments/toy/students/{student}").text


def test_a_name_that_is_a_path_leads_nowhere(
    small_class: SmallClass, instructor: TestClient
) -> None:
    from nbgrader.api import Gradebook

    (small_class.course.feedback / "toy").mkdir(parents=True)
    (small_class.course.feedback / "toy" / "toy.html").write_text("another student's page")
    with Gradebook(small_class.db_url) as book:
        book.add_student(".")
    answer = instructor.get(f"{PREFIX}assignments/toy/students/%2e/feedback")
    assert answer.status_code == 404 and "another" not in answer.text
