"""Draws one SVG, from standard input, as PNG, to standard output. Run with `python -m`, in its own
process, which limits itself first."""

import resource
import sys
from importlib.util import find_spec
from pathlib import Path

COMPUTING_SECONDS = 6
MEMORY = 1024 * 2**20  # bytes of address space
DPI, ZOOM = 96, 1.5  # a figure of matplotlib's usual size is 920 pixels wide
FONT = "DejaVu Sans"  # matplotlib's own


def limit_this_process() -> None:
    """Little memory and computing, no core dump, no file."""
    for limit, value in (
        (resource.RLIMIT_CPU, COMPUTING_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))


def main() -> int:
    """Return 0 when the picture was written."""
    limit_this_process()
    import resvg_py  # after the limits: it makes room for itself under them

    svg = sys.stdin.buffer.read().decode()
    matplotlib = find_spec("matplotlib")
    folders = None
    if matplotlib and matplotlib.origin:
        folders = [str(Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf")]
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=svg,
            dpi=DPI,
            zoom=ZOOM,
            background="white",
            skip_system_fonts=True,
            font_dirs=folders,
            font_family=FONT,
            sans_serif_family=FONT,
            serif_family="DejaVu Serif",
            monospace_family="DejaVu Sans Mono",
        )
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    sys.stdout.buffer.write(png)
    return 0


if __name__ == "__main__":
    sys.exit(main())
