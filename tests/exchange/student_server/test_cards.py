"""A card says what the assignment is and how far the student is."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from tests.exchange.student_server.conftest import TOY, toy_cells, write

NOW = datetime(2026, 11, 27, 16, 45, tzinfo=UTC)


def the_card(places) -> dict:
    from kireji_course.cards import cards

    (card,) = cards(places, NOW)
    return card


def test_not_begun(places):
    card = the_card(places)
    assert (card["title"], card["points"], card["state"]) == ("A toy", 10, "not_begun")
    assert card["begun"] is False


def test_in_progress(places):
    write(places.notebook(TOY), toy_cells())
    assert the_card(places)["state"] == "in_progress"


def test_a_renamed_notebook_can_be_begun_again(places):
    write(places.folder(TOY) / "mine.ipynb", toy_cells())
    card = the_card(places)
    assert (card["begun"], card["folder"]) == (False, True)


def test_handed_in(places, hand_in):
    hand_in(1)
    hand_in(2)
    card = the_card(places)
    assert card["state"] == "handed_in"
    assert [attempt["number"] for attempt in card["attempts"]] == [2, 1]
    assert card["attempts"][0]["handed_in"] == "2026-11-27T16:41:02+00:00"


def test_an_attempt_is_being_graded_where_the_course_grades_on_arrival(places, hand_in):
    hand_in(1)
    status = {TOY: {"notes": {}, "limit": "5 attempts in 24 hours", "free_at": 0}}
    (places.feedback / "attempts.json").write_text(json.dumps(status))
    card = the_card(places)
    assert (card["state"], card["limit"]) == ("being_graded", "5 attempts in 24 hours")


def test_dates_are_told_with_their_zone_and_the_first_due_comes_first(places):
    from kireji_course.cards import cards

    write(places.outbound / "later" / "later.ipynb", toy_cells())
    dates = {TOY: {"due": 1578092340.0, "extended": True}, "later": {"due": 1609714740.0}}
    (places.feedback / "calendar.json").write_text(json.dumps({"assignments": dates}))
    first, second = cards(places, NOW)
    assert (first["due"], first["extended"]) == ("2020-01-03T22:59:00+00:00", True)
    assert second["name"] == "later"


def test_feedback_has_the_score_and_is_new_until_it_is_opened(places, hand_in, give_back):
    from kireji_course.attempts import seen_file

    page = give_back(hand_in(1), "A toy: 86.45 of 100 points")
    card = the_card(places)
    assert (card["state"], card["new_feedback"]) == ("graded", 1)
    assert card["attempts"][0]["says"] == "86.45 of 100 points"
    seen_file(places).parent.mkdir(parents=True)
    timestamp = card["attempts"][0]["timestamp"]
    seen_file(places).write_text(json.dumps({timestamp: page.stat().st_mtime}))
    assert the_card(places)["new_feedback"] == 0
    os.utime(page, (0, page.stat().st_mtime + 5))  # graded again
    assert the_card(places)["new_feedback"] == 1


def test_an_attempt_that_was_replaced_before_it_was_graded_says_so(places, hand_in, give_back):
    hand_in(1)
    give_back(hand_in(2), "A toy: 5 of 10 points")
    newest, first = the_card(places)["attempts"]
    assert newest["says"] == "5 of 10 points"
    assert first["says"] == "replaced by attempt 2 before it was graded"
    assert first["has_feedback"] is False


def test_what_a_student_wrote_into_the_exchange_breaks_nothing(places):
    folder = places.inbound / f"alice+{TOY}+whenever+x"
    folder.mkdir()
    (folder / "submission_secret.txt").symlink_to("/dev/zero")
    os.mkdir(os.fsencode(places.inbound) + b"/\xff+toy+\xfe+x")
    assert the_card(places)["state"] == "handed_in"


def test_the_score_is_read_from_the_page_that_the_course_renders():
    """The title of the template and the expression that reads it agree."""
    from kireji_course.attempts import TITLE

    import kireji.feedback
    from kireji.feedback.page import points

    template = Path(kireji.feedback.__file__).parent / "templates" / "page" / "page.html"
    title = next(line for line in template.read_text().splitlines() if "<title>" in line)
    title = title.replace("{{ page.title }}", "Say: 3 of 4")
    title = title.replace("{{ page.gradebook.score | points }}", points(86.45))
    title = title.replace("{{ page.gradebook.max_score | points }}", points(100))
    assert TITLE.search(title).groups() == ("86.45", "100")
