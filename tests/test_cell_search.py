"""The comparison of searches on cells: what it computes, and a small one to its end."""

import pytest
from cell_search import Judged, dominated, main, report


def test_a_front_dominates_what_its_boxes_cover():
    assert dominated([100.0], [5.0], 10.0) == pytest.approx(50.0)
    assert dominated([10.0], [1.0], 10.0) == 0.0  # guessing
    assert dominated([55.0, 100.0], [2.0, 8.0], 10.0) == pytest.approx(20.0 + 0.5 * 60.0)


def test_ways_are_compared_in_pairs_of_a_seed():
    values = {
        "surrogate": [Judged(3.0, 2.0, 1.0), Judged(5.0, 3.0, 2.0)],
        "NSGA-II": [Judged(1.0, 2.0, 3.0)] * 2,
    }
    ours, theirs, proxy, final, best = report(values)
    assert ours.startswith("surrogate (2 seeds): by the proxy [%] 4.00 [")
    assert theirs.startswith("NSGA-II (2 seeds): by the proxy [%] 1.00 [")
    assert proxy.startswith("with a surrogate, by the proxy [%]: 3.00 [")
    assert final.startswith("with a surrogate, final [%]: 0.50 [")
    assert best.startswith("with a surrogate, best final accuracy [%]: -1.50 [")


@pytest.mark.slow
def test_it_goes_from_searches_to_trained_fronts_and_again(tmp_path, capsys):
    given = ["--out", str(tmp_path), "--data-dir", str(tmp_path), "--data", "digits"]
    main([*given, "--seeds", "1", "--quick"])
    first = capsys.readouterr().out
    assert "with a surrogate, final [%]: " in first
    main([*given, "--seeds", "1", "--quick"])
    assert capsys.readouterr().out == first
