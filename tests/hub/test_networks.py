"""Which network a student's container gets."""

import pytest

from kireji.hub.compose.networks import free_subnet


def test_takes_the_first_that_overlaps_nothing():
    assert free_subnet("10.213.0.0/16", []) == "10.213.0.0/29"
    assert free_subnet("10.213.0.0/16", ["10.213.0.0/29", "172.17.0.0/16"]) == "10.213.0.8/29"
    assert free_subnet("10.213.0.0/16", ["10.213.0.0/24", "fd00::/64"]) == "10.213.1.0/29"


def test_says_which_setting_gives_more_room():
    with pytest.raises(ValueError, match="KIREJI_STUDENT_NETWORKS"):
        free_subnet("10.213.0.0/28", ["10.213.0.0/29", "10.213.0.8/29"])
