"""What `./kireji` offers, and its help page. Standard library only: a fresh clone answers `--help`
at once."""

import difflib

# group -> command -> what it does; each command is a click command of that name in
# kireji/cli/NAME.py
GROUPS = {
    "Look around": {
        "up": "start JupyterHub here: an instructor, two students, an assignment to do",
        "demo": "the whole course in the terminal: sample students submit and are graded",
    },
    "Run the course": {
        "judge": "grade one folder of files and print the report; records nothing",
        "grade": "collect and grade what students submitted, into the gradebook",
        "watch": "grade each submission when it arrives, and give feedback",
        "runs": "show what is being graded, what waits and what came of it; cancel a run",
        "calendar": "show when each assignment is released, due and closed",
        "due": "set when an assignment is due, and when it closes",
        "extend": "give some students more time for an assignment",
        "release": "release an assignment to the students, now or at a time",
        "withdraw": "take an assignment back from the students, now or at a time",
        "index": "make the index of reports again, which the desk's figures come from",
        "copies": "show which submissions of an assignment are alike, in code or in weights",
        "roster": "read the class from a CSV file: accounts, and names in the gradebook",
        "password": "give a person who has lost theirs a new password",
        "forget": "remove everything that the course has of a person",
        "audit": "show who did what and when: accounts, releases, grades, backups",
        "backup": "save accounts, homes, submissions, grades and secrets in one file",
        "restore": "restore what backup saved",
    },
    "Work on Kireji": {
        "doctor": "say what is right and wrong with this installation, and what to do",
        "setup": "only set up (every other command does it too, when it is needed)",
        "docs": "build the documentation as a site, with search",
        "test": "run the tests; further words go to pytest",
        "lint": "check layout, style and types (--fix mends what can be mended)",
        "bench": "how fast a class is graded, compared with nbgrader (--quick, --json FILE)",
    },
}

COMMANDS = {name: summary for group in GROUPS.values() for name, summary in group.items()}


def split_course(arguments: list[str]) -> tuple[str | None, list[str]]:
    """What is given as --course before the command, if it is, and the other arguments."""
    if arguments[:1] == ["--course"] and len(arguments) > 1:
        return arguments[1], arguments[2:]
    if arguments and arguments[0].startswith("--course="):
        return arguments[0].partition("=")[2], arguments[1:]
    return None, arguments


def unknown(name: str) -> str:
    """What to say of a command that there is not."""
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    guess = f" Did you mean {near[0]!r}?" if near else ""
    return f"There is no command {name!r}.{guess} ./kireji --help lists them."


def page() -> str:
    """The page `./kireji --help` shows."""
    lines = [
        "Kireji: a course on attention mechanisms that grades itself, in JupyterHub.",
        "",
        "Usage: ./kireji [--course DIR] COMMAND [options]",
        "",
        "./kireji COMMAND --help tells more of a command. --course names the folder of another",
        "course than the one in this folder.",
        "",
    ]
    for group, commands in GROUPS.items():
        lines += [
            f"{group}:",
            *(f"  {name:<8} {summary}" for name, summary in commands.items()),
            "",
        ]
    lines += [
        "New here? Type ./kireji up and open the address it prints.",
        (
            "The first command sets everything up inside this folder: a few minutes and about 2 GB,"
            " once."
        ),
    ]
    return "\n".join(lines) + "\n"
