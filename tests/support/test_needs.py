"""A test that needs something this machine lacks is skipped with the reason, or fails where it must
not be skipped."""

pytest_plugins = ["pytester"]


def test_a_missing_browser_is_a_failure_only_where_it_is_required(pytester, monkeypatch):
    pytester.makepyfile("""
        import pytest
        from tests.support import needs
        @pytest.mark.parametrize("name", ["browser"])
        def test_it(name, monkeypatch):
            monkeypatch.setitem(needs.MISSING, name, lambda: "there is none")
            needs.require(name)
    """)
    monkeypatch.delenv("KIREJI_REQUIRE", raising=False)
    pytester.runpytest_inprocess().assert_outcomes(skipped=1)
    monkeypatch.setenv("KIREJI_REQUIRE", "bubblewrap browser")
    pytester.runpytest_inprocess().assert_outcomes(failed=1)
