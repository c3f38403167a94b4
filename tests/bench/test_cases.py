from pathlib import Path

import pytest
import toy

from evonas.bench.cases import Case, read_cases
from evonas.config import Config


class Dear(toy.Bowl):
    """Nothing of it is known without a training."""

    cheap = frozenset()


BASE = Config(evaluations=24, n_jobs=0)


def case(text, **words):
    base = Config(evaluations=24, n_jobs=0, **words)
    return Case.of(text, base=base)


def test_a_problem_has_objectives_options_and_a_cost_of_its_own():
    found = case("synthetic:objectives=acc,fpo:blocks=2:noisy=true:cost=macs")
    assert found.objectives == found.base.objectives == ("acc", "fpo")
    assert found.base.option == ("blocks=2", "noisy=true")
    assert (found.cost, found.label) == ("macs", "synthetic-acc-fpo-blocks2-noisy")


def test_what_a_problem_does_not_say_is_that_of_the_contest():
    found = case("synthetic:blocks=3", objectives="acc,fpo", option=("blocks=2", "noisy=true"))
    assert found.objectives == ("acc", "fpo")
    assert found.base.option == ("blocks=3", "noisy=true")
    assert case("synthetic").objectives == ("acc", "macs")
    assert case("synthetic").cost == "fpo"
    assert Case.of("synthetic", base=BASE, cost="macs").cost == "macs"


def test_a_problem_of_ones_own_is_called_by_its_class():
    found = case(f"{toy.reference('Bowl')}:objectives=acc,flops")
    assert found.label == "Bowl-acc-flops"
    assert found.base.problem == toy.reference("Bowl")


def test_a_problem_may_be_given_a_name():
    assert case("synthetic:label=small:blocks=2").label == "small"
    assert case("synthetic:label=../my, own:blocks=2").label == "..-my--own"


def test_the_seeds_take_the_values_of_a_range_in_turn():
    found = case("synthetic:landscape=3..5:blocks=2")
    assert found.label == "synthetic-acc-macs-landscape3..5-blocks2"
    options = [found.instance(seed).option[0] for seed in range(5)]
    assert options == [f"landscape={i}" for i in (3, 4, 5, 3, 4)]
    assert found.instance(1) == found.instance(4) != found.instance(0)


def test_a_problem_that_knows_nothing_beforehand_wants_a_cost_named():
    with pytest.raises(ValueError, match=r"name the metric .* with --cost: acc, flops, params"):
        case(f"{Path(__file__)}:Dear")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("synthetik", "unknown problem 'synthetik'"),
        ("synthetic:blok=2", "Synthetic has no option 'blok'; its options: blocks"),
        ("synthetic:blocks=", "blocks has no value"),
        ("synthetic:objectives=speed", "unknown objective 'speed'"),
    ],
)
def test_what_is_no_problem_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        case(text)


def test_a_file_names_a_problem_in_a_line(tmp_path):
    file = tmp_path / "problems.txt"
    file.write_text("# to tune on\nsynthetic:blocks=2\n\nsynthetic:blocks=3  # larger\n")
    assert read_cases(file) == ["synthetic:blocks=2", "synthetic:blocks=3"]
    file.write_text("# none yet\n")
    with pytest.raises(ValueError, match="names no problem; expected one in a line"):
        read_cases(file)
