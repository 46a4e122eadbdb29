"""The whole environment of a kernel, wherever it runs: nothing of ours is handed on."""

# in a sandbox container, made for each submission
WORK, HOME = "/sandbox/work/submission", "/sandbox/home/student"


def environment(work: str, home: str) -> dict[str, str]:
    """What every kernel is told, with its folders."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": home,
        "USER": "student",
        "LOGNAME": "student",
        "TMPDIR": "/tmp",
        "IPYTHONDIR": f"{home}/ipython",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "ATTENTION_LAB_GRADING": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def in_container() -> dict[str, str]:
    """The environment of a kernel in a sandbox container."""
    return environment(WORK, HOME) | {
        "PATH": "/srv/kireji/.venv/bin:/usr/bin:/bin",
        "PYTHONPATH": "/srv/kireji/lab:/sandbox/agent",
        "ATTENTION_LAB_DATA": "/srv/kireji/var/data/lab",
    }
