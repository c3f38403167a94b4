import json
from dataclasses import replace

import numpy as np
import pytest

from evonas.explanation.anova import Table, indices_of
from evonas.explanation.drivers import Estimate, drivers_of
from evonas.objectives import FLOPS
from evonas.reliability import Reliability
from evonas.reports.drivers import drivers_dict, lines_of_drivers, plain, rounded
from evonas.space import Gene, SearchSpace

SPACE = SearchSpace(
    (Gene("width", (1, 2, 4)), Gene("skip", (False, True)), Gene("many", tuple(range(9))))
)
VALUES = np.array([1e6, 2e6, 4e6])[:, None, None] * np.array([1.0, 1.5])[:, None]
VALUES = np.broadcast_to(VALUES, (3, 2, 9)) + np.arange(9) * 1e4


def made(values=VALUES, replicas=(), **words):
    indices = indices_of([Table((0, 1, 2), values)], sizes=(3, 2, 9))
    words = {"how": "exact", "basis": "all 54 genomes counted", **words}
    return drivers_of(FLOPS, indices, replicas, space=SPACE, **words)


def test_a_table_says_what_each_gene_does_and_where():
    first, header, width, skip, many, together = lines_of_drivers(made())
    assert first == (
        "What drives flops [FLOP], exact: all 54 genomes counted. Mean 2,957,000, standard "
        "deviation 1,694,000."
    )
    assert header.split() == ["gene", "alone", "in", "all", "mean", "flops", "by", "choice"]
    assert width.startswith("width  84.7 %  88.1 %")  # a product, but for a tenth of a percent
    assert width.endswith("1: 1,290,000, 2: 2,540,000, 4: 5,040,000")
    assert skip.startswith("skip")
    assert many.endswith("0: 2,917,000, 8: 2,997,000")  # of many choices the two ends
    assert together == (
        "What genes do together beyond each alone makes 3 %, most of all width x skip 3.4 %."
    )


def test_a_short_table_says_what_it_leaves_out():
    assert lines_of_drivers(made(), top=1)[3] == "... and 2 more with less"
    flat = lines_of_drivers(made(np.broadcast_to(VALUES[:, :, :1], VALUES.shape)))
    assert "... and 1 without any effect" in flat


def test_intervals_stand_beside_what_has_any():
    several = [
        indices_of([Table((0, 1, 2), VALUES**p)], sizes=(3, 2, 9)) for p in (1, 1.2, 1.4)
    ]
    assert " ± " in lines_of_drivers(made(replicas=several, how="estimated"))[2]
    assert " ± " not in "".join(lines_of_drivers(made()))


@pytest.mark.parametrize(
    ("tau", "said"),
    [
        (0.8, "the model orders 90 % rightly (Kendall's tau 0.80)."),
        (0.1, "NOT RELIABLE: do not conclude from this what drives it; measure more first."),
        (float("nan"), "The model tells no two records apart."),
    ],
)
def test_a_model_says_how_far_it_is_to_be_believed(tau, said):
    found = made(how="predicted", reliability=Reliability("flops", "gp", 40, tau, tau, 0.9))
    lines = lines_of_drivers(found)
    assert any(line.endswith(said) for line in lines)
    assert any("NOT RELIABLE" in line for line in lines) == (not tau >= 0.4)


def test_what_is_the_same_everywhere_is_driven_by_nothing():
    lines = lines_of_drivers(made(np.ones((3, 2, 9))))
    assert lines[-1] == "It is the same everywhere, so nothing drives it."


def test_a_pair_that_may_be_nothing_is_not_named():
    found = made()
    unsure = [replace(p, share=Estimate(p.share.value, -0.1, 0.2)) for p in found.pairs]
    assert lines_of_drivers(replace(found, pairs=tuple(unsure)))[-1].endswith("makes 3 %.")


def test_json_holds_every_number_and_no_nan():
    found = made(reliability=Reliability("flops", "gp", 40, float("nan"), 0.0, 0.9))
    gone = replace(
        found.genes[0], means=(Estimate(*[float("nan")] * 3), *found.genes[0].means[1:])
    )
    told = drivers_dict(replace(found, genes=(gone, *found.genes[1:])))
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["genes"][0]["means"][0] is None
    assert told["genes"][0]["alone"] == [found.genes[0].alone.value] * 3
    assert told["genes"][1]["choices"] == [False, True]
    assert (told["kendall"], told["is_reliable"]) == (None, False)
    assert len(told["pairs"]) == 3
    assert "None" not in "".join(lines_of_drivers(replace(found, genes=(gone,))))
    assert "nan" not in "".join(lines_of_drivers(replace(found, genes=(gone,)))[3:])


def test_numbers_are_rounded_to_four_digits_and_choices_are_plain():
    assert [rounded(x) for x in (1234567.0, 0.00123456, -12345.0)] == [
        *("1,235,000", "0.001235", "-12,340")
    ]
    assert plain((1, ("a", None), {2})) == [1, ["a", None], "{2}"]
