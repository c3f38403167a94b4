import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.hardware.devices import DEVICES, V100
from evonas.hardware.roofline import Operation
from evonas.hardware.target_metrics import (
    QUANTITIES,
    metric_of,
    names_in,
    names_on,
    target_of,
    without_targets,
)
from evonas.hardware.targets import RUNTIMES, Target, forward_pass

HERE = Target(V100)
targets = st.builds(
    Target,
    st.sampled_from(list(DEVICES.values())),
    batch=st.integers(1, 4096),
    runtime=st.sampled_from(RUNTIMES),
)
names = st.builds("{}@{}".format, st.sampled_from(list(QUANTITIES)), targets)


@given(name=names)
def test_a_name_on_any_target_is_found_and_means_that_target(name):
    assert names_in(name) == (name,)
    assert f"{name.partition('@')[0]}@{target_of(name, HERE)}" == name
    assert without_targets(name) == name.partition("@")[0]


@given(name=names, other=names, weight=st.floats(0.001, 1000).map(repr))
def test_names_are_found_within_expressions_though_devices_bear_minuses(name, other, weight):
    found = names_in(f"acc-{weight}*{name}-{weight}*{other}")
    assert found == tuple(dict.fromkeys([name, other]))
    assert without_targets(f"acc*{name}^-0.07") == f"acc*{name.partition('@')[0]}^-0.07"


@pytest.mark.parametrize("word", ["latency", *QUANTITIES])
def test_a_name_without_a_target_means_the_one_by_default(word):
    assert names_in(word) == (word,)
    assert target_of(word, HERE) is HERE
    assert metric_of(word, HERE).label == metric_of(f"{word}@v100", HERE).label
    assert metric_of(word, HERE).name == word


@pytest.mark.parametrize(
    "word", ["acc", "acc-0.5*co2", "mine.py:latency", "latency.py:Mine", "my_latency", "acc@t4"]
)
def test_other_words_hold_none(word):
    assert names_in(word) == ()


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("latency@v10o", r"unknown device 'v10o' \(did you mean 'v100'\?\)"),
        ("acc*latency@v10o^-0.1", "unknown device 'v10o"),
        ("energy@", "unknown device ''"),
        ("latency@t4:b0", "target 't4:b0': 'b0' says nothing; expected DEVICE"),
        ("latency@raspberry-pi-4:tf32", "raspberry-pi-4 has no tf32; choose from fp32"),
    ],
)
def test_a_target_that_cannot_be_is_refused(word, told):
    with pytest.raises(ValueError, match=told):
        names_in(word)


def test_an_unknown_metric_is_refused_with_a_close_one():
    with pytest.raises(ValueError, match=r"'latancy' of a target \(did you mean 'latency'\?\)"):
        metric_of("latancy@a100", HERE)


def test_metrics_have_units_directions_and_say_where():
    told = {word: metric_of(f"{word}@t4:b8", HERE) for word in QUANTITIES}
    assert {word: metric.column for word, metric in told.items()} == {
        "latency": "latency@t4:b8 [s]",
        "energy": "energy@t4:b8 [J]",
        "throughput": "throughput@t4:b8 [1/s]",
        "memory": "memory@t4:b8 [B]",
        "model_size": "model_size@t4:b8 [B]",
    }
    assert told["latency"].label == "latency of a batch on t4:b8"
    assert [word for word, metric in told.items() if metric.sign < 0] == ["throughput"]
    assert {metric.when for metric in told.values()} == {"counted"}


@given(
    target=targets,
    sizes=st.lists(st.tuples(st.floats(0, 1e9), st.floats(0, 1e9)), min_size=1, max_size=4),
)
def test_no_network_surpasses_the_best_throughput(target, sizes):
    kernels = [Operation(flops, n_bytes, 0.0) for flops, n_bytes in sizes]
    best = metric_of(f"throughput@{target}", HERE).best
    assert best is not None
    assert target.batch / forward_pass(kernels, target).seconds <= best


def test_all_names_on_some_targets_are_listed_target_by_target():
    two = [Target.parse("t4"), Target.parse("a100:b32")]
    found = names_on(two)
    assert len(found) == 2 * len(QUANTITIES)
    assert found[0] == "latency@t4"
    assert found[-1] == "model_size@a100:b32"
