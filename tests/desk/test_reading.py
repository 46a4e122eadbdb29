"""Reading written answers on the desk, by its forms."""

import re
from collections.abc import Callable

import pytest
from nbgrader.api import Gradebook
from starlette.testclient import TestClient

from kireji.course.layout import COURSE_ID
from kireji.hub.desk_service import PREFIX
from kireji.reading import Readings, code_of
from tests.desk.forms import post
from tests.desk.small_class import HOSTILE, SmallClass
from tests.desk.written_answers import ESSAY, READING, WHERE, address, write, write_all

Open = Callable[..., TestClient]


@pytest.fixture
def answers(small_class: SmallClass) -> Readings:
    write_all(small_class)
    return Readings(small_class.course)


def items(readings: Readings) -> list[int]:
    return [item.id for item in readings.rubric(*WHERE)]


def recorded(small_class: SmallClass, student: str) -> tuple:
    with Gradebook(small_class.db_url, COURSE_ID) as book:
        grade = book.find_grade("essay", "toy", "toy", student)
        comment = book.find_comment("essay", "toy", "toy", student)
        return grade.manual_score, bool(grade.needs_manual_grade), comment.manual_comment


def shown(page: str) -> str:
    """The student whose answer is on a page."""
    return re.findall(r"<strong>(\w+)</strong> thinks", page)[0].lower()


def test_the_questions_say_how_many_are_read(
    assistant: TestClient, small_class: SmallClass
) -> None:
    page = assistant.get(f"{PREFIX}{READING}").text
    assert "No submission is graded yet" in page
    write_all(small_class)
    page = assistant.get(f"{PREFIX}{READING}").text
    assert "<b>0 of 3</b> read" in page and "Read 3 answers" in page
    assert f'href="{PREFIX}{READING}"' in assistant.get(PREFIX).text


def test_the_class_is_read_from_answer_to_answer(
    assistant: TestClient, small_class: SmallClass, answers: Readings
) -> None:
    first, second, _ = items(answers)
    page, seen = assistant.get(f"{PREFIX}{ESSAY}"), []
    while "/answers/" in page.url.path:
        assert 'src="data:image/png;base64,' in page.text
        seen.append(student := shown(page.text))
        data = {"item": [first, second], "points": "-0,5", "comment": "Well seen."}
        page = post(assistant, address(student), data)
    assert sorted(seen) == ["alice", "bob", "carol"]
    assert "<b>3 of 3</b> read" in page.text and "Every answer is read" in page.text
    for student in seen:
        assert recorded(small_class, student) == (2.5, False, "Well seen.")
    (event,) = [one for one in small_class.course.audit.read() if one["whom"] == "toy/alice"]
    assert (event["who"], event["what"], event["after"]) == ("theo", "read an answer", "2.5")


def test_two_readers_have_different_answers(open_desk: Open, answers: Readings) -> None:
    ines, theo = open_desk("ines"), open_desk("theo")
    hers = shown(ines.get(f"{PREFIX}{ESSAY}").text)
    assert shown(theo.get(f"{PREFIX}{ESSAY}").text) != hers
    typed = {"points": "2", "comment": "What I typed"}
    page = post(theo, address(hers), typed)
    assert page.status_code == 400
    assert "ines is reading this answer now" in page.text
    assert answers.reading_of(*WHERE, hers) is None
    assert "What I typed" in theo.get(PREFIX + address(hers)).text  # it is kept
    assert "What I typed" not in ines.get(PREFIX + address(hers)).text


def test_undo_shows_the_answer_as_it_was_filled_in(
    instructor: TestClient, small_class: SmallClass, answers: Readings
) -> None:
    data = {"item": items(answers)[:1], "comment": "Take me back"}
    post(instructor, address("bob"), data)
    assert recorded(small_class, "bob") == (1, False, "Take me back")
    page = post(instructor, f"{ESSAY}/undo")
    assert page.url.path == PREFIX + address("bob")
    assert "The points are taken back" in page.text and "Take me back</textarea>" in page.text
    assert page.text.count(" checked>") == 2  # the item, and the use of keys
    assert recorded(small_class, "bob") == (None, True, None)
    again = post(instructor, f"{ESSAY}/undo")
    assert (again.status_code, "no answer to this question" in again.text) == (400, True)


def test_a_skipped_answer_is_for_any_reader(open_desk: Open, answers: Readings) -> None:
    ines, theo = open_desk("ines"), open_desk("theo")
    first = shown(ines.get(f"{PREFIX}{ESSAY}").text)
    assert shown(post(ines, address(first), {"action": "skip"}).text) != first
    assert answers.progress(*WHERE).read == 0
    assert shown(theo.get(f"{PREFIX}{ESSAY}").text) == first


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Choose an item"),
        ({"comment": "only words"}, "Choose an item"),
        ({"points": "many"}, "is no score"),
        ({"points": "nan"}, "Points are a number"),
        ({"item": "99"}, "has no item 99"),
        ({"points": "1", "digest": "0" * 64}, "handed in another answer"),
    ],
)
def test_what_cannot_be_saved_is_kept_and_explained(
    instructor: TestClient, answers: Readings, data: dict, said: str
) -> None:
    page = post(instructor, address("bob"), {"comment": "kept words"} | data)
    assert page.status_code == 400 and said in page.text
    assert data.get("comment", "kept words") in page.text
    assert answers.reading_of(*WHERE, "bob") is None


def test_another_readers_points_are_not_replaced_unseen(
    open_desk: Open, small_class: SmallClass, answers: Readings
) -> None:
    ines, theo = open_desk("ines"), open_desk("theo")
    page = ines.get(PREFIX + address("bob")).text
    seen = re.findall(r'name="seen" value="(\w+)"', page)[0]
    answers.release(*WHERE, "bob", "ines")  # her ten minutes are over
    post(theo, address("bob"), {"points": "2"})
    page = post(ines, address("bob"), {"points": "1", "seen": seen})
    assert page.status_code == 400 and "theo has read this answer meanwhile" in page.text
    assert "2 points by theo" in page.text
    seen = re.findall(r'name="seen" value="(\w+)"', page.text)[0]
    post(ines, address("bob"), {"points": "1", "seen": seen})
    assert recorded(small_class, "bob")[0] == 1


def test_no_points_are_given_on_purpose(
    instructor: TestClient, small_class: SmallClass, answers: Readings
) -> None:
    post(instructor, address("bob"), {"none": "true"})
    assert recorded(small_class, "bob") == (0, False, None)
    assert re.search(r'name="none"[^>]* checked', instructor.get(PREFIX + address("bob")).text)


def test_a_name_is_hidden_if_that_is_wanted(
    instructor: TestClient, small_class: SmallClass
) -> None:
    write(small_class, "alice", "It is the mask.")
    page = instructor.get(f"{PREFIX}{ESSAY}")
    assert "Alice Adler" in page.text
    post(instructor, f"{READING}/names", {"names": "hidden"})
    page = instructor.get(f"{PREFIX}{ESSAY}")
    assert "It is the mask." in page.text
    assert "alice" not in page.text.lower() + page.url.path
    assert "Names are hidden" in page.text


def test_a_hostile_answer_and_name_are_shown_safely(
    instructor: TestClient, small_class: SmallClass
) -> None:
    write(small_class, "bob", f"{HOSTILE} <b onclick='x()'>words</b>")
    page = instructor.get(f"{PREFIX}{ESSAY}")
    assert "words" in page.text
    assert HOSTILE not in page.text and "onclick" not in page.text
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]


def test_a_comment_is_offered_again(instructor: TestClient, answers: Readings) -> None:
    post(instructor, address("bob"), {"points": "1", "comment": "Look at the <mask>."})
    page = instructor.get(PREFIX + address("alice")).text
    assert 'data-comment="Look at the &lt;mask&gt;."' in page


def test_previous_is_what_this_reader_read_before(open_desk: Open, answers: Readings) -> None:
    ines, theo = open_desk("ines"), open_desk("theo")
    post(ines, address("bob"), {"points": "1"})
    post(theo, address("carol"), {"points": "1"})
    page = ines.get(PREFIX + address("alice")).text
    assert f'data-previous href="{PREFIX}{address("bob")}"' in page


@pytest.mark.parametrize(
    "path", [f"{READING}/double", f"{READING}/none", f"{ESSAY}/answers/0", f"{ESSAY}?after=0"]
)
def test_what_is_not_there_is_not_found(instructor: TestClient, path: str) -> None:
    assert instructor.get(PREFIX + path).status_code == 404


def test_an_ungraded_answer_says_what_to_do(
    instructor: TestClient, small_class: SmallClass, answers: Readings
) -> None:
    (small_class.course.autograded / "bob" / "toy" / "toy.ipynb").unlink()
    page = instructor.get(PREFIX + address("bob"))
    assert page.status_code == 200 and "cannot be shown now" in page.text


@pytest.mark.parametrize("then", ["questions", "feedback", "canvas", "tasks"])
def test_a_busy_gradebook_loses_no_points(
    instructor: TestClient,
    small_class: SmallClass,
    answers: Readings,
    monkeypatch: pytest.MonkeyPatch,
    then: str,
) -> None:
    from kireji.nbgrader_plugins.gradebook import GradebookError
    from kireji.reading import WrittenGrades

    def busy(*arguments: object) -> bool:
        raise GradebookError("The gradebook is in use.")

    with monkeypatch.context() as patched:
        patched.setattr(WrittenGrades, "write", busy)
        assert post(instructor, address("bob"), {"points": "2"}).status_code == 200
    assert answers.reading_of(*WHERE, "bob").points == 2
    assert recorded(small_class, "bob")[0] is None
    if then == "questions":
        instructor.get(f"{PREFIX}{READING}")
    elif then == "feedback":
        post(instructor, "assignments/toy/many", {"action": "return feedback", "student": "bob"})
    elif then == "canvas":
        instructor.get(f"{PREFIX}api/export/canvas.csv")
    else:
        instructor.get(f"{PREFIX}api/assignments/toy/tasks.csv")
    assert recorded(small_class, "bob")[0] == 2


def give(small_class: SmallClass, student: str, score: float, comment: str) -> None:
    """Points as the formgrader writes them."""
    with Gradebook(small_class.db_url, COURSE_ID) as book:
        grade = book.find_grade("essay", "toy", "toy", student)
        grade.manual_score, grade.needs_manual_grade = score, False
        book.find_comment("essay", "toy", "toy", student).manual_comment = comment
        book.db.commit()


def test_points_of_the_formgrader_are_taken_over(
    instructor: TestClient, small_class: SmallClass, answers: Readings
) -> None:
    give(small_class, "bob", 2.5, "From the formgrader")
    page = instructor.get(f"{PREFIX}{READING}").text
    assert "<b>1 of 3</b> read" in page and "Read 2 answers" in page
    page = instructor.get(PREFIX + address("bob")).text
    assert "2.5 points by the gradebook" in page and "From the formgrader" in page
    assert recorded(small_class, "bob") == (2.5, False, "From the formgrader")


def test_a_correction_outlives_a_change_of_the_rubric(
    instructor: TestClient, small_class: SmallClass, answers: Readings
) -> None:
    first = items(answers)[0]
    post(instructor, address("bob"), {"item": [first], "comment": "Mine"})
    give(small_class, "bob", 0.25, "Corrected")
    post(instructor, f"{ESSAY}/rubric/{first}", {"points": "3", "sentence": "Names it."})
    assert recorded(small_class, "bob") == (0.25, False, "Corrected")
    give(small_class, "bob", 0.25, "Another comment")
    instructor.get(f"{PREFIX}{READING}")
    assert answers.reading_of(*WHERE, "bob").comment == "Another comment"


def test_a_new_attempt_is_read_again_all_the_same(
    instructor: TestClient, small_class: SmallClass, answers: Readings
) -> None:
    post(instructor, address("bob"), {"points": "1"})
    write(small_class, "bob", "**Bob** thinks again.", hours=1)
    assert "<b>0 of 3</b> read" in instructor.get(f"{PREFIX}{READING}").text


def test_progress_is_followed(instructor: TestClient, answers: Readings) -> None:
    post(instructor, address("bob"), {"points": "2"})
    event = instructor.get(f"{PREFIX}{ESSAY}/progress")
    assert event.headers["content-type"].startswith("text/event-stream")
    assert "data: <b>1 of 3</b> read" in event.text


def test_codes_are_not_names(answers: Readings) -> None:
    codes = {code_of("essay", name) for name in ("alice", "bob", "carol")}
    assert len(codes) == 3 and all(re.fullmatch(r"[0-9a-f]{16}", code) for code in codes)
