"""What a folder tells of exits is read back, and nothing else is taken for it."""

import json

import pytest

from evonas.models.known_exits import KnownExits, read_exits
from evonas.networks.exits import Exits
from evonas.training.anytime import Anytime

KNOWN = KnownExits((10.0, 40.0), (10.0, 42.0), (0.8, 0.0))


def written(tmp_path, told):
    file = tmp_path / "architecture.json"
    file.write_text(told if isinstance(told, str) else json.dumps(told))
    return file


def test_what_was_written_is_read(tmp_path):
    assert read_exits(written(tmp_path, {"exits": KNOWN.as_dict()})) == KNOWN
    assert KNOWN.costs == Exits((10.0, 40.0), (10.0, 42.0))


def test_an_older_folder_tells_nothing(tmp_path):
    assert read_exits(tmp_path / "none.json") is None
    assert read_exits(written(tmp_path, {"genome": [0]})) is None


UNEQUAL = {"flops": [1.0], "flops_in_turn": [], "levels": []}


@pytest.mark.parametrize(
    "told", ["{", "[]", {"exits": [1]}, {"exits": {"flops": [1.0]}}, {"exits": UNEQUAL}]
)
def test_what_cannot_be_read_is_said_with_the_file(tmp_path, told):
    with pytest.raises(ValueError, match=r"architecture\.json cannot be read: \w+: "):
        read_exits(written(tmp_path, told))


def test_thresholds_are_those_that_the_task_has_set():
    costs = Exits((1.0, 2.0), (1.0, 2.0))
    assert KnownExits.of(costs, Anytime(2, levels=(0.5, 0.0))).levels == (0.5, 0.0)
    assert KnownExits.of(costs, Anytime(2)).levels == KnownExits.of(costs, None).levels == ()
