import sys
from types import SimpleNamespace

import pytest
from sample_tracker import Tracker

from evonas.carbon.tracker import CodeCarbon


@pytest.fixture
def library(monkeypatch):
    made = []

    def make(**settings):
        made.append(Tracker(**settings))
        return made[-1]

    module = SimpleNamespace(OfflineEmissionsTracker=make, __version__="3.3", made=made)
    monkeypatch.setitem(sys.modules, "codecarbon", module)
    return module


def test_an_opinion_is_there_when_the_session_has_ended(library):
    tracker = CodeCarbon(pue=1.5, grid="fra")
    tracker.start()
    opinion = tracker.stop()
    assert opinion.energy_kwh == 0.25
    assert opinion.co2_g == 100.0
    assert opinion.country == "FRA"
    assert opinion.method == "codecarbon 3.3, machine, a processor, PUE 1.5"
    assert opinion.as_dict()["country"] == "FRA"


@pytest.mark.parametrize("grid", ["own", "us-ca", "world", "xyz"])
def test_what_is_no_country_of_ours_stands_for_the_fallback(library, grid):
    CodeCarbon(pue=1.5, grid=grid)
    assert library.made[0].settings["country_iso_code"] == "USA"


def test_it_works_offline_and_writes_nothing(library):
    CodeCarbon(pue=1.5, grid="us-ca")
    (made,) = library.made
    assert made.settings["save_to_file"] is False
    assert made.settings["allow_multiple_runs"] is True  # a search beside another has its own
    assert made.settings["pue"] == 1.5
    assert made.settings["country_iso_code"] == "USA"  # no country's code, so the fallback


def test_without_the_library_the_way_out_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "codecarbon", None)
    with pytest.raises(ValueError, match=r"codecarbon is not installed; pip install 'evonas\["):
        CodeCarbon(pue=1.0, grid="world")
