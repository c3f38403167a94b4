import os
import sys
import warnings

import pytest

from evonas.process_state import PROCESS, Setting, keep, put_back


def test_every_setting_can_be_written_as_it_was_read():
    kept = keep(PROCESS)
    for setting, value in kept:
        if setting.name != "the working directory":
            setting.write(value)
    assert [value for _, value in keep(PROCESS)] == [value for _, value in kept]
    assert len({setting.name for setting in PROCESS}) == len(PROCESS)
    assert not [value for _, value in kept if isinstance(value, type)], "cannot be read"


def test_what_was_changed_is_as_before():
    kept, limit = keep(PROCESS), sys.getrecursionlimit()
    os.environ["EVONAS_NEW"] = "1"
    warnings.filters[:0] = [("error", None, UserWarning, None, 0)]
    sys.setrecursionlimit(limit + 7)
    assert put_back(kept) == []
    assert "EVONAS_NEW" not in os.environ
    assert sys.getrecursionlimit() == limit
    with pytest.warns(UserWarning, match="no error"):
        warnings.warn("no error", UserWarning, stacklevel=1)


def test_a_list_of_filters_that_was_replaced_is_the_same_list_again():
    before = warnings.filters
    kept = keep(PROCESS)
    warnings.filters = []
    assert put_back(kept) == []
    assert warnings.filters is before


def refuse(value):
    raise OSError("it is for good")


@pytest.mark.parametrize("write", [refuse, lambda value: None])
def test_what_cannot_be_put_back_is_named(write):
    values = [1]
    kept = keep([Setting("the weather", values.copy, write)])
    assert put_back(kept) == []
    values[0] = 2
    assert put_back(kept) == ["the weather"]


def test_what_cannot_be_read_any_more_is_named():
    def read():
        return values[0]

    values = [1]
    kept = keep([Setting("the weather", read, lambda value: None)])
    values.clear()
    assert put_back(kept) == ["the weather"]
