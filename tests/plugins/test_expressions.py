from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.objectives import ACC, CO2, FLOPS
from evonas.plugins.expressions import is_expression, read_fitness

OFFERED = {o.name: o for o in (ACC, CO2, FLOPS)}
METRICS = {"acc": 90.0, "co2": 4.0, "flops": 1e6}


@pytest.mark.parametrize(
    ("text", "value", "sign"),
    [
        ("acc-0.5*co2", 88.0, -1),
        ("acc - 2*co2 - 1e-5*flops", 72.0, -1),
        ("-acc + 3*co2", -78.0, +1),
        ("flops+1e5*co2", 1.4e6, +1),
        ("acc*co2^-0.5", 45.0, -1),
        ("acc^2 * co2^-1", 2025.0, -1),
        ("co2*flops", 4e6, +1),
    ],
)
def test_an_expression_is_an_objective_in_the_direction_of_its_first_metric(text, value, sign):
    objective = read_fitness(text, OFFERED)
    assert objective.compute(METRICS) == pytest.approx(value)
    assert objective.sign == sign
    assert objective.name == text.replace(" ", "")
    assert set(objective.needs) <= set(OFFERED)


@pytest.mark.parametrize("place", ["a100", "raspberry-pi-4", "a100-tf32:b32:onnx"])
@pytest.mark.parametrize("text", ["acc*latency@{}^-0.5", "acc-2*latency@{}", "acc-latency@{}"])
def test_an_expression_may_hold_metrics_on_targets(text, place):
    name, word = f"latency@{place}", text.format(place)
    assert is_expression(word)
    assert not is_expression(name)
    objective = read_fitness(word, {**OFFERED, name: replace(FLOPS, name=name)})
    assert objective.needs == ("acc", name)
    assert objective.compute({"acc": 8.0, name: 4.0}) in (4.0, 0.0)


@given(st.floats(0.01, 100), st.floats(0, 100), st.floats(0, 100), st.floats(0, 50))
def test_more_co2_never_makes_a_regularised_fitness_better(weight, acc, co2, more):
    objective = read_fitness(f"acc-{weight:.6f}*co2", OFFERED)
    less = objective.compute({"acc": acc, "co2": co2})
    assert objective.compute({"acc": acc, "co2": co2 + more}) <= less


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acc-2*watts", r"'acc-2\*watts' needs 'watts', which the problem does not measure"),
        ("acc+2*co2", r"works against co2, which is to be low; turn its sign"),
        ("co2-acc*", "cannot read the objective 'co2-acc"),
        ("co2+acc", "works against acc, which is to be high"),
        ("acc*co2^0.07", "works against co2, which is to be low"),
        ("acc-0*co2", "cannot read the objective"),
        ("acc-acc", "cannot read the objective"),
        ("acc-1..2*co2", "cannot read the objective"),
        ("acc-co2*flops", "cannot read the objective"),
        ("-", "cannot read the objective"),
        ("acc-", "cannot read the objective"),
    ],
)
def test_a_mistake_in_an_expression_is_named(text, expected):
    with pytest.raises(ValueError, match=expected):
        read_fitness(text, OFFERED)


def test_a_name_or_a_file_is_no_expression():
    assert not is_expression("co2_training")
    assert not is_expression("my-file.py:name")
    assert is_expression("acc-co2")
