"""The course service and the hub as a student sees them: closed; and what the course service refuses even to instructors."""

import pytest
import requests

from tests.live_course import LiveCourse
from tests.running_course import SERVICE, xsrf

pytestmark = [pytest.mark.timeout(300), pytest.mark.needs("bubblewrap")]


@pytest.mark.parametrize("page", ["/formgrader", "/formgrader/manage_assignments", "/api/contents/graders",
                                  "/api/contents/source", "/files/gradebook.db", "/lab", "/formgrader/api/assignments"])
def test_a_student_is_refused_by_the_course_service(running: LiveCourse, alice: requests.Session, page: str) -> None:
    alice.get(f"{running.address}{SERVICE}/formgrader/manage_assignments")     # the way through OAuth, as a browser goes it
    assert alice.get(f"{running.address}{SERVICE}{page}").status_code == 403


def test_a_student_is_refused_by_another_students_server(running: LiveCourse, alice: requests.Session) -> None:
    with running.open_server("bob"):
        refused = alice.get(f"{running.address}/user/bob/lab")
        assert refused.status_code == 403 or "/user/bob/" not in refused.url
        assert alice.get(f"{running.address}/user/bob/api/contents/").status_code == 403


def test_the_formgrader_takes_no_other_folder(running: LiveCourse, instructor: requests.Session) -> None:
    trap = running.root / "var" / "homes" / "alice" / "nbgrader_config.py"
    trap.parent.mkdir(parents=True, exist_ok=True)
    trap.write_text(f"open({str(running.root / 'sprung')!r}, 'w')")
    answer = instructor.get(f"{running.address}{SERVICE}/formgrader", params={"path": str(trap.parent)})
    assert answer.status_code == 403
    assert not (running.root / "sprung").exists()


@pytest.mark.parametrize("what", ["kernels", "sessions", "terminals"])
def test_the_course_service_runs_no_code(running: LiveCourse, instructor: requests.Session, what: str) -> None:
    answer = instructor.post(f"{running.address}{SERVICE}/api/{what}", json={"name": "python3"},
                             headers={"X-XSRFToken": xsrf(instructor, f"{SERVICE}/")})
    assert answer.status_code == 403
    assert "runs no code" in answer.text
