"""What a submission may not ask of the kernel: a seccomp filter, made from the list below by
libseccomp.

Everything else is allowed. What is here is of no use to a notebook, and has a record of holes or
gets round a limit.
"""

import errno
import tempfile
from typing import IO

try:
    import pyseccomp
except (
    ImportError,
    RuntimeError,
):  # not installed (no Linux), or installed where the library is not
    pyseccomp = None

# (why, the error they get, their names)
DENIED = (
    (
        "other namespaces, other mounts",
        errno.EPERM,
        """
        unshare setns mount umount umount2 pivot_root chroot open_tree open_tree_attr move_mount
        fsopen fsconfig fsmount fspick mount_setattr statmount listmount""",
    ),
    (
        "other processes' memory",
        errno.EPERM,
        "ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd",
    ),
    ("keys that outlive the sandbox", errno.EPERM, "add_key request_key keyctl"),
    (
        "parts of the kernel with a record of holes",
        errno.ENOSYS,
        """
        bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register vmsplice
        fanotify_init fanotify_mark lookup_dcookie uselib nfsservctl remap_file_pages""",
    ),
    (
        "the machine itself",
        errno.EPERM,
        """
        kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff
        acct quotactl quotactl_fd settimeofday clock_settime clock_adjtime adjtimex sethostname
        setdomainname syslog vhangup iopl ioperm""",
    ),
    ("files by handle, past the mounts", errno.EPERM, "open_by_handle_at name_to_handle_at"),
    ("memory of no process, which no limit counts", errno.ENOSYS, "memfd_create memfd_secret"),
    ("memory of no process, which no limit counts", errno.EPERM, "shmget msgget semget mq_open"),
    # It hides its flags from a filter; the C library goes back to clone, which does not.
    ("namespaces by the newer call", errno.ENOSYS, "clone3"),
)
CLONE_NEW = (
    0x10000000,
    0x00020000,
    0x40000000,
    0x20000000,
    0x08000000,
    0x04000000,
    0x02000000,
    0x00000080,
)
# unix; inet, which leads nowhere here; netlink, to list that nowhere
SOCKET_FAMILIES = {1, 2, 10, 16}
NETLINK, NETLINK_ROUTE = 16, 0
WHICH_PERSONALITY = 0xFFFFFFFF  # asks, and changes nothing
TERMINAL_IOCTLS = (0x5412, 0x541C)  # typing into a terminal as if its user had
# a socket that was handed in belongs to this machine's network: no listing that
NETWORK_IOCTLS = 0x8900


def available() -> bool:
    """Whether this machine has what makes the filter."""
    return pyseccomp is not None


def read_filter() -> bytes | None:
    """The filter's program, or None where libseccomp is missing."""
    file = open_filter()
    if file is None:
        return None
    with file:
        return file.read()


def open_filter() -> IO[bytes] | None:
    """An open file with the filter for bubblewrap to read, or None where libseccomp is missing."""
    if pyseccomp is None:
        return None
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    _rules().export_bpf(file)
    file.seek(0)
    return file


def _rules() -> "pyseccomp.SyscallFilter":
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)

    def deny(error: int, name: str, *arguments: "pyseccomp.Arg") -> None:
        number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
        if number >= 0:  # else this processor has no such call, or this libseccomp is older than it
            rules.add_rule(pyseccomp.ERRNO(error), number, *arguments)

    for _, error, names in DENIED:
        for name in names.split():
            deny(error, name)
    for flag in CLONE_NEW:
        deny(errno.EPERM, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    for name in ("socket", "socketpair"):
        deny(errno.EAFNOSUPPORT, name, pyseccomp.Arg(0, pyseccomp.GT, max(SOCKET_FAMILIES)))
        for family in sorted(set(range(max(SOCKET_FAMILIES))) - SOCKET_FAMILIES):
            deny(errno.EAFNOSUPPORT, name, pyseccomp.Arg(0, pyseccomp.EQ, family))
        deny(
            errno.EAFNOSUPPORT,
            name,
            pyseccomp.Arg(0, pyseccomp.EQ, NETLINK),
            pyseccomp.Arg(2, pyseccomp.NE, NETLINK_ROUTE),
        )
    deny(errno.EPERM, "personality", pyseccomp.Arg(0, pyseccomp.NE, WHICH_PERSONALITY))
    for request in TERMINAL_IOCTLS:
        deny(errno.EPERM, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, request))
    deny(errno.EPERM, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFF00, NETWORK_IOCTLS))
    return rules
