"""Each step is stamped when it is done and not before; what changed or broke is done again, the
rest is not."""

from pathlib import Path

import pytest

from kireji.errors import KirejiError
from kireji.setup.steps import Step, complete


class Kitchen:
    """Steps that write down that they ran, and make one file each; `recipes` is what they are made
    from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ran: list[str] = []
        self.recipes = {"soup": b"water", "bread": b"flour"}
        self.accidents: dict[str, BaseException] = {}

    def step(self, name: str) -> Step:
        def run(shell) -> None:
            self.ran.append(name)
            if name in self.accidents:
                raise self.accidents.pop(name)
            (self.folder / name).touch()

        return Step(
            name, self.folder / "stamps" / name, [self.recipes[name]], [self.folder / name], run
        )

    def cook(self) -> list[str]:
        """What ran this time."""
        self.ran.clear()
        complete([self.step(name) for name in self.recipes], self.folder / "var")
        return list(self.ran)


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    return Kitchen(tmp_path)


def test_a_second_run_does_nothing_and_says_nothing(kitchen, capfd):
    assert kitchen.cook() == ["soup", "bread"]
    said = capfd.readouterr().err
    assert "soup" in said and "bread" in said and said.count("✓") == 2
    assert kitchen.cook() == []
    assert capfd.readouterr().err == ""


def test_only_what_is_made_from_something_else_now_runs_again(kitchen):
    kitchen.cook()
    kitchen.recipes["bread"] = b"rye"
    assert kitchen.cook() == ["bread"]
    assert kitchen.cook() == []


def test_a_product_that_is_gone_is_made_again(kitchen):
    kitchen.cook()
    (kitchen.folder / "soup").unlink()
    assert kitchen.cook() == ["soup"]


def test_a_step_whose_stamp_an_earlier_step_removes_runs_again(kitchen):
    kitchen.cook()
    kitchen.recipes["soup"] = b"broth"
    soup = kitchen.step("soup")
    bread = kitchen.step("bread")
    wipes = Step(
        "soup", soup.stamp, soup.made_from, soup.products, lambda shell: bread.stamp.unlink()
    )
    kitchen.ran.clear()
    complete([wipes, bread], kitchen.folder / "var")
    assert kitchen.ran == ["bread"]


@pytest.mark.parametrize(
    "accident", [KirejiError("The oven is cold."), KeyboardInterrupt(), OSError(28, "full")]
)
def test_a_broken_run_goes_on_where_it_stopped_and_says_so(kitchen, capfd, accident):
    kitchen.accidents["bread"] = accident
    with pytest.raises(type(accident)):
        kitchen.cook()
    assert "✗ bread" in capfd.readouterr().err
    assert kitchen.cook() == ["bread"]
    assert "An earlier set-up did not finish" in capfd.readouterr().err
    kitchen.recipes["bread"] = b"rye"
    kitchen.cook()
    assert "did not finish" not in capfd.readouterr().err


def test_a_step_that_fails_after_a_change_has_no_stamp_left(kitchen):
    kitchen.cook()
    kitchen.recipes["soup"] = b"broth"
    kitchen.accidents["soup"] = KirejiError("spilt")
    with pytest.raises(KirejiError):
        kitchen.cook()
    kitchen.recipes["soup"] = b"water"  # as it was when it was last done
    assert kitchen.cook() == ["soup"]
