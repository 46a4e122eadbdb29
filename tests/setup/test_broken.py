"""What a killed installer left half installed is found and forgotten; everything whole stays."""

from pathlib import Path

import pytest

from kireji.setup.broken import forget_broken


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Two whole distributions, as pip and uv leave them."""
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    for name in ("apple", "pear"):
        info = site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n")
        (site / f"{name}.py").write_text("x = 1\n")
        (info / "RECORD").write_text(
            f"{name}.py,sha256=abc,6\n{name}-1.0.dist-info/METADATA,,\n"
            f"{name}-1.0.dist-info/RECORD,,\n__pycache__/{name}.cpython-311.pyc,,17\n"
        )
    return site


def names(site: Path) -> list[str]:
    return sorted(path.name for path in site.glob("*.dist-info"))


def test_whole_ones_stay(site, tmp_path):
    assert forget_broken(tmp_path) == []
    assert names(site) == ["apple-1.0.dist-info", "pear-1.0.dist-info"]


@pytest.mark.parametrize(
    "harm",
    [
        lambda site: (site / "pear.py").unlink(),
        lambda site: (site / "pear.py").write_text("x"),
        lambda site: (site / "pear-1.0.dist-info" / "RECORD").unlink(),
    ],
    ids=["a file is missing", "a file is short", "the list of files was never written"],
)
def test_a_half_installed_one_is_forgotten(site, tmp_path, harm):
    harm(site)
    assert forget_broken(tmp_path) == ["pear-1.0"]
    assert names(site) == ["apple-1.0.dist-info"]
