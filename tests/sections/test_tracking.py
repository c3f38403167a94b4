import pytest

from evonas import Config
from evonas.sections.tracking import TrackingSection


def test_listeners_are_named_with_commas_or_as_a_list():
    for given in ("tensorboard, mine.py:Mine", ["tensorboard", "mine.py:Mine"]):
        assert TrackingSection(track=given).track == ("tensorboard", "mine.py:Mine")
        table = Config.from_dict({"tracking": {"track": given}})
        assert table.track == ("tensorboard", "mine.py:Mine")


def test_none_takes_back_what_a_run_has_named():
    assert TrackingSection().track == TrackingSection(track="none").track == ()
    assert Config(track="tensorboard").replaced({"track": "none"}).track == ()


def test_a_listener_is_named_once():
    with pytest.raises(ValueError, match=r"^track names a listener twice: a\.py:A, a\.py:A$"):
        TrackingSection(track="a.py:A,a.py:A")


def test_who_is_told_may_change_when_a_run_goes_on():
    assert Config(track="tensorboard").differences(Config()) == []
