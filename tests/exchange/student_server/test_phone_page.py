"""The page for a phone: states and feedback, read-only, without a script."""

from tests.exchange.student_server.conftest import toy_cells, write


def test_it_says_the_state_and_leads_to_the_feedback(places, hand_in, give_back):
    from kireji_course.phone_page import phone_page

    give_back(hand_in(1), "A toy: 5 of 10 points")
    hand_in(2)
    page = phone_page(places, "/user/alice/")
    assert '<h2 id="toy">A toy</h2>' in page
    assert 'href="/user/alice/kireji/feedback/toy/1"' in page
    assert "2026-11-27 16:41:01 UTC: 5 of 10 points." in page
    assert "kireji/feedback/toy/2" not in page
    assert "<script" not in page


def test_a_title_is_text(places):
    from kireji_course.phone_page import phone_page

    cells = toy_cells()
    cells[0]["source"] = "# <script>alert(1)</script>"
    write(places.original("toy"), cells)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in phone_page(places, "/user/alice/")


def test_no_assignment_is_released(places):
    from kireji_course.phone_page import phone_page

    places.original("toy").unlink()
    assert "No assignment is released yet." in phone_page(places, "/user/alice/")
