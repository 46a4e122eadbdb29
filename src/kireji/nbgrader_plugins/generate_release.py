"""Generate release/ from source/ with nbgrader, and enter the assignments in the gradebook."""

import re
import sys

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from traitlets.config import Config, PyFileConfigLoader

from kireji.course.layout import Course, find_course
from kireji.errors import KirejiError
from kireji.nbgrader_plugins.changed_cells import note_of_new_cells
from kireji.nbgrader_plugins.configured import set_course
from kireji.nbgrader_plugins.gradebook import check

ERROR = re.compile(r"^\s*(\w+(?:\.\w+)*(?:Error|Exception): .*)$", re.MULTILINE)
NOTE = "Note: "  # how a line begins that an instructor should read


def generate(course: Course, gradebook: bool = True, notes: list[str] | None = None) -> list[str]:
    """Generate every assignment of `course`; return their names.

    Without `gradebook` the notebooks are the same, and nothing is recorded. An assignment that has
    submissions and lost a cell keeps what was released. notes: gets sentences on what an instructor
    should know. GradebookError rather than a new gradebook in the place of one that had grades."""
    config = Config(PyFileConfigLoader(str(course.config("nbgrader_config.py"))).load_config())
    set_course(config, course)
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.db_url = f"sqlite:///{course.gradebook}"
    notes = [] if notes is None else notes
    if not gradebook:
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = config.AddNewCells.enabled = False
    else:
        check(course.gradebook)
    names = sorted(folder.name for folder in course.source.iterdir() if any(folder.glob("*.ipynb")))
    for name in names:
        note = None
        if gradebook and (course.release / name).is_dir():
            try:
                note = note_of_new_cells(config.CourseDirectory.db_url, name, course.source / name)
            except KirejiError as refusal:
                notes.append(str(refusal))
                continue
        coursedir = CourseDirectory(config=config, assignment_id=name)
        result = capture_log(GenerateAssignment(coursedir=coursedir, config=config, force=True))
        if not result["success"]:
            reasons = ERROR.findall(result.get("log", "") + result["error"])
            raise KirejiError(f"nbgrader cannot generate release/{name} ({reasons[0]}).")
        if note:
            notes.append(note)
    return names


def main() -> int:
    try:
        notes: list[str] = []
        names = generate(find_course(), notes=notes)
        for note in notes:
            print(NOTE + note)
        print("Generated:", ", ".join(names))
    except KirejiError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
