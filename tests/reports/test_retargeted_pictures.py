import numpy as np
from priced_runs import FAST, SLOW, priced

from evonas.reports import retargeted_pictures
from evonas.reports.retargeted_pictures import draw_all


def drawn(monkeypatch, tmp_path, found):
    """What is handed to those who draw, and which files are said to be written."""
    shown = {}
    for name in ("draw_fronts", "draw_ranks"):
        monkeypatch.setattr(
            *(retargeted_pictures, name),
            lambda panels, *, out, name=name: shown.update({name: panels}),
        )
    files = draw_all(found, fronts=tmp_path / "a.png", differences=tmp_path / "b.png")
    return shown, [file.name for file in files]


def test_every_target_has_a_panel_with_bands_and_every_pair_one_with_ranks(
    monkeypatch, tmp_path
):
    found = priced(limits=[f"latency@{SLOW}<=1000", "acc>=1"])
    shown, files = drawn(monkeypatch, tmp_path, found)
    assert files == ["a.png", "b.png"]
    slow, fast = shown["draw_fronts"]
    assert slow.title == f"{SLOW}: 2 on the front, 2 robust"
    assert (slow.x.name, slow.y.name) == (f"latency@{SLOW}", "acc")
    assert slow.bands[:, 0].tolist() == [32.0, 64.0, 128.0]
    assert slow.heights.tolist() == [50.0, 60.0, 80.0, 80.0, 70.0]
    assert (slow.limits, fast.limits) == ([1000.0], [])
    assert slow.names == [found.id_of(i) for i in slow.members]
    (pair,) = shown["draw_ranks"]
    assert pair.targets == (SLOW, FAST)
    assert pair.ranks.tolist() == [[1, 3, 4, 2, 5], [1, 1, 1, 5, 4]]
    assert np.flatnonzero(pair.is_on[0]).tolist() == [0, 3]
    assert np.flatnonzero(pair.is_on[1]).tolist() == [2]


def test_more_is_better_in_a_throughput(monkeypatch, tmp_path):
    words = ["acc", f"throughput@{SLOW}", f"throughput@{FAST}"]
    shown, _ = drawn(monkeypatch, tmp_path, priced(objectives=words))
    (pair,) = shown["draw_ranks"]
    assert pair.ranks.tolist() == [[1, 3, 4, 2, 5], [1, 1, 1, 5, 4]]


def test_a_target_that_comes_first_among_the_objectives_still_goes_right(monkeypatch, tmp_path):
    words = [f"latency@{SLOW}", "acc", f"latency@{FAST}"]
    shown, _ = drawn(monkeypatch, tmp_path, priced(objectives=words))
    assert [(each.x.name, each.y.name) for each in shown["draw_fronts"]] == [
        (f"latency@{SLOW}", "acc"),
        (f"latency@{FAST}", "acc"),
    ]


def test_a_front_without_members_is_not_drawn(monkeypatch, tmp_path):
    found = priced(limits=[f"latency@{SLOW}<=1"])
    shown, _ = drawn(monkeypatch, tmp_path, found)
    assert [each.x.name for each in shown["draw_fronts"]] == [f"latency@{FAST}"]
