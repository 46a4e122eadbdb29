"""What one student does with nbgrader: fetch an assignment, submit it, fetch the feedback."""

from copy import deepcopy
from pathlib import Path

from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from traitlets.config import Config

from kireji.errors import KirejiError
from kireji.exchange.folders import student_folders, view


class StudentClient:
    """nbgrader as one student uses it: `folder` holds what they fetched."""

    def __init__(self, config: Config, student: str, folder: Path) -> None:
        self.student, self.folder = student, folder
        course, root = config.CourseDirectory.course_id, Path(config.Exchange.root)
        own = student_folders(root, course, student).make()
        self.config = deepcopy(config)
        self.config.Exchange.root = str(view(folder / ".exchange", own, course))
        self.config.Exchange.assignment_dir = str(folder)
        self.config.Exchange.cache = str(folder / ".cache")
        self.config.CourseDirectory.student_id = student

    def fetch(self, assignment: str) -> Path:
        """Fetch the released assignment; the folder it is in."""
        self._exchange("FetchAssignment", assignment)
        return self.folder / assignment

    def submit(self, assignment: str) -> None:
        """Hand the assignment's folder in as it is."""
        self._exchange("Submit", assignment)

    def fetch_feedback(self, assignment: str) -> None:
        """Fetch the feedback, if it is out."""
        self._exchange("FetchFeedback", assignment)

    def _exchange(self, what: str, assignment: str) -> None:
        config = deepcopy(self.config)
        config.CourseDirectory.assignment_id = assignment
        exchange = getattr(ExchangeFactory(config=config), what)(
            coursedir=CourseDirectory(config=config),
            authenticator=Authenticator(config=config),
            config=config,
        )
        exchange.log.setLevel("CRITICAL")
        try:
            exchange.start()
        except ExchangeError as error:
            raise KirejiError(f"{what} of {assignment} by {self.student} failed: {error}") from None
