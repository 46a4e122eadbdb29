"""`kireji up`: the course on this machine, until Ctrl-C."""

import signal
import time

import click
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from kireji.cli.with_course import with_course
from kireji.course.layout import Course

READY_SECONDS = 120
MAX_SHOWN = 12  # accounts
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, a polite kill, a closed terminal


@click.command()
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Where the hub listens on this machine.",
)
@with_course
def up(course: Course, port: int) -> None:
    """Start the course in your browser: a hub with an instructor and two students.

    Prints the address, the accounts with their passwords, and what to do next. Ctrl-C ends it; what
    was submitted and graded is still there at the next start."""
    from kireji.hub import accounts
    from kireji.hub.embedded import lifecycle
    from kireji.nbgrader_plugins import folder_transaction, gradebook, release

    console = Console(highlight=False)
    # SIGINT too: a process that a script starts in the background ignores it
    for name in ENDING:
        signal.signal(name, _interrupt)
    try:
        began = time.monotonic()
        with lifecycle.take_lock(course) as lock:
            folder_transaction.refuse_half_a_restore(course)
            gradebook.check(course.gradebook)
            gradebook.back_up(course.gradebook)
            folder_transaction.clear_away(course.root)
            release.prepare_exchange(course)
            hub = lifecycle.start_hub(course, port)
            try:
                lock.write(hub.address)
                lock.flush()
                with console.status("Starting the hub ..."):
                    names = release.release_what_is_due(course)
                    if names:
                        release.enter_students(
                            course, accounts.names("student", accounts.file_of(course))
                        )
                    hub.wait_until_ready(READY_SECONDS)
                _say_ready(course, console, hub.address, names, time.monotonic() - began)
                hub.wait()
                log = lifecycle.shown(lifecycle.log_of(course), course)
                raise lifecycle.HubError(
                    f"The hub ended by itself; the reason is near the end of {log}. Start it again"
                    " with: ./kireji up"
                )
            finally:
                for name in ENDING:
                    signal.signal(name, signal.SIG_IGN)  # nothing may interrupt the tidying up
                hub.stop()
    except KeyboardInterrupt:
        console.print(
            "\nStopped. Everything submitted and graded is kept; [bold]./kireji up[/bold] goes on"
            " from here."
        )


def _interrupt(signal_number, frame):
    raise KeyboardInterrupt


def _say_ready(
    course: Course, console: Console, address: str, released: list[str], seconds: float
) -> None:
    """Tell a newcomer where to go, as whom, and what to do first."""
    from kireji.hub.accounts import file_of, first_passwords, load_accounts
    from kireji.hub.embedded import lifecycle
    from kireji.sandbox.bwrap_command import find_bwrap

    people = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for heading in ("account", "password", "lands in"):
        people.add_column(heading, header_style="dim")
    places = {"instructor": "the desk", "assistant": "the desk", "student": "JupyterLab"}
    everybody, words = (
        list(load_accounts(file_of(course)).values()),
        first_passwords(file_of(course)),
    )
    for account in everybody[:MAX_SHOWN]:
        word = words.get(account.name)
        people.add_row(
            f"[bold]{account.name}[/bold]",
            f"[bold]{word}[/bold]" if word else "[dim]has logged in[/dim]",
            places[account.role],
        )
    console.print(
        Panel.fit(f"Kireji is running at [bold cyan]{address}[/bold cyan]", border_style="cyan")
    )
    console.print(people)
    if len(everybody) > MAX_SHOWN:
        console.print(f"and {len(everybody) - MAX_SHOWN} more")
    if len(words) < len(everybody):
        console.print(
            "A password is shown until the person has logged in. A new one: "
            "[bold]./kireji password NAME[/bold]"
        )
    console.print()
    if released:
        console.print(f"Released to the students: {', '.join(released)}")
    console.print("[bold]What to do next[/bold]")
    console.print(f"  1. Open {address} and log in as [bold]alice[/bold].")
    console.print("     Her welcome page says how to begin an assignment, work and hand in.")
    console.print("  2. In a private window, log in as [bold]instructor[/bold]:")
    console.print("     what alice submits is graded within moments. Read her written answers,")
    console.print("     then generate and release feedback.")
    console.print("  3. As alice again: click Feedback in the panel on the left.")
    console.print("  Dates and rules: [bold]./kireji calendar[/bold]")
    console.print()
    if find_bwrap() is None:
        console.print(
            "[yellow]There is no bubblewrap on this machine: students' servers share your account"
            " and so may read the hidden tests. Only the demo accounts can log in.[/yellow]"
        )
    log = lifecycle.shown(lifecycle.log_of(course), course)
    console.print(f"[dim]Ready after {seconds:.0f} s. Log: {log}[/dim]")
    console.print("Ctrl-C ends it; what was submitted and graded is kept.")
