"""What a restore refuses, and that it then changed nothing."""

import gzip
import io
import json
import stat
import tarfile
import zlib
from functools import partial

import pytest

from kireji.backup import restore as restoring
from kireji.backup.archive import FORMAT, HEAD, TAIL, ArchiveError, Writer, checksum
from kireji.backup.restore import FLAG
from kireji.course.layout import find_course
from kireji.errors import KirejiError
from kireji.nbgrader_plugins import folder_transaction
from tests.backup.conftest import put_back, saved
from tests.backup.test_backup import picture


def everything(root):
    return {
        str(path.relative_to(root)): path.lstat().st_mtime_ns if path.is_file() else ""
        for path in root.rglob("*")
    }


def test_a_course_is_not_overwritten_unless_told(full, empty, go):
    archive = saved()
    before = picture(full)
    (find_course().homes / "carol").mkdir()
    with pytest.raises(KirejiError, match=FLAG) as sentence:
        put_back(archive)
    assert "3 home folders" in str(sentence.value) and (find_course().homes / "carol").exists()
    (find_course().homes / "alice" / "run.sh").unlink()
    put_back(archive, overwrite=True)
    assert picture(full) == before and not (find_course().homes / "carol").exists()


def flipped(archive, place):
    return archive[:place] + bytes([archive[place] ^ 1]) + archive[place + 1 :]


def is_other(archive):
    """Whether it cannot be unpacked: one flipped bit in ten says the same in another way."""
    try:
        gzip.decompress(archive)
    except (OSError, EOFError, zlib.error):
        return True
    return False


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda archive: b"", "no backup"),
        (lambda archive: b"not an archive at all" * 100, "no backup"),
        (lambda archive: gzip.compress(b"not a tar file" * 1000), "no backup"),
        (lambda archive: archive[: len(archive) // 2], "is damaged"),
        (lambda archive: archive[:-200], "is damaged"),
        (
            lambda archive: gzip.compress(
                gzip.decompress(archive).replace(b"alice's work, graded", b"alice's work, forged")
            ),
            "'autograded/alice/toy/toy.ipynb' is not as it was written",
        ),
        (
            lambda archive: next(
                filter(is_other, map(partial(flipped, archive), range(3000, len(archive))))
            ),
            "is damaged",
        ),
    ],
)
def test_a_damaged_archive_changes_nothing(full, empty, go, spoil, words):
    archive = spoil(saved())
    go(empty)
    before = everything(empty)
    with pytest.raises(ArchiveError, match=words) as sentence:
        put_back(archive)
    assert str(sentence.value).startswith("the.archive") and "Nothing was changed" in str(
        sentence.value
    )
    after = everything(empty)
    assert {name: time for name, time in after.items() if time or name in before} == before


def tar(*members, head=None, tail=True):
    """An archive that somebody made with these (TarInfo, content), with checksums as they should
    be."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:

        def page(name, content):
            member, data = tarfile.TarInfo(name), json.dumps(content).encode()
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))

        page(HEAD, {"kireji backup": FORMAT, "version": "0.1.0", "made": "today"} | (head or {}))
        sums = {}
        for member, content in members:
            member.size = len(content)
            digest = checksum(member)
            digest.update(content)
            sums[member.name] = digest.hexdigest()
            archive.addfile(member, io.BytesIO(content))
        if tail:
            page(TAIL, {"sha256": sums, "submitted": {}})
    return stream.getvalue()


def member(name, kind=tarfile.REGTYPE, link="", mode=0o644):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    return info


@pytest.mark.parametrize(
    "members",
    [
        [member("homes/../../outside")],
        [member("/outside")],
        [member("homes//outside")],
        [member("outside")],
        [member("homes")],
        [member("var/homes/alice")],  # another area's
        [member("var/data/held_out/ex1.tsv")],  # not part of the state
        [member("homes/.replaced")],
        [member("hub/up.lock")],
        [member("homes/alice/no-folder-came-before")],
        [member("homes/a", tarfile.SYMTYPE, "/tmp"), member("homes/a/outside")],
        [member("homes/a", tarfile.SYMTYPE, "../.."), member("homes/a/hub", tarfile.DIRTYPE)],
        [member("homes/fifo", tarfile.FIFOTYPE)],
        [member("homes/device", tarfile.CHRTYPE)],
        [member("homes/hard", tarfile.LNKTYPE, "/etc/passwd")],
    ],
    ids=lambda members: members[-1].name,
)
@pytest.mark.parametrize("python", ["new", "old"])
def test_an_archive_is_not_trusted(empty, go, members, python, monkeypatch):
    if python == "old":
        monkeypatch.delattr(tarfile, "data_filter", raising=False)  # Python before 3.11.4
    go(empty)
    before = everything(empty.parent)
    with pytest.raises(ArchiveError, match="was not written by"):
        put_back(tar(*((one, b"x" if one.isreg() else b"") for one in members)))
    after = everything(empty.parent)
    assert {name: time for name, time in after.items() if time or name in before} == before


def test_no_file_comes_back_with_somebody_elses_rights(empty, go):
    go(empty)
    put_back(
        tar(
            (member("homes/alice", tarfile.DIRTYPE, mode=0o2770), b""),
            (member("homes/alice/x", mode=0o6755), b"x"),
            (member("homes/alice/link", tarfile.SYMTYPE, "x"), b""),
        )
    )
    assert stat.S_IMODE((find_course().homes / "alice" / "x").stat().st_mode) == 0o755
    assert stat.S_IMODE((find_course().homes / "alice").stat().st_mode) == 0o2770


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (
            {"kireji backup": 0, "version": "0.0.1"},
            "are older than .* Restore it with Kireji 0.0.1, and back up again",
        ),
        (
            {"kireji backup": FORMAT + 1, "version": "7.0"},
            "are newer than .* Restore it with Kireji 7.0",
        ),
        ({"kireji backup": "x"}, "are older"),
    ],
)
def test_another_version_is_named(empty, go, head, words):
    go(empty)
    with pytest.raises(ArchiveError, match=words):
        put_back(tar(head=head))


def test_a_full_disk_is_a_sentence(full, empty, go, monkeypatch):
    archive = saved()
    go(empty)
    before = everything(empty)

    def full_disk(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring.shutil, "copyfileobj", full_disk)
    with pytest.raises(KirejiError, match="disk is full.*nothing was changed"):
        put_back(archive)
    after = everything(empty)
    assert {name: time for name, time in after.items() if time or name in before} == before


def test_one_that_was_cut_short_is_known_and_can_be_done_again(full, empty, go, monkeypatch):
    archive, before = saved(), picture(full)
    go(empty)
    with monkeypatch.context() as patch:
        patch.setattr(
            restoring, "_place_gradebook", lambda course: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            put_back(archive)
    with pytest.raises(KirejiError, match="cut short"):
        folder_transaction.refuse_half_a_restore(find_course())
    put_back(archive)
    folder_transaction.refuse_half_a_restore(find_course())
    assert picture(empty) == before


def test_settings_of_another_version_are_put_beside(full, empty, go):
    archive = saved()
    go(empty)
    (empty / "nbgrader_config.py").write_text("# two\n")
    put_back(archive)
    assert (empty / "nbgrader_config.py").read_text() == "# two\n"
    assert (empty / "nbgrader_config.py.from-backup").read_text() == "# one\n"
    assert (empty / ".env").read_text() == "KIREJI_PORT=8001\n"


def test_an_archive_without_its_end_is_not_taken_for_one(tmp_path, empty, go):
    go(empty)
    stream = io.BytesIO()
    with Writer(stream):
        pass
    with pytest.raises(ArchiveError, match="its end is missing"):
        put_back(stream.getvalue())
