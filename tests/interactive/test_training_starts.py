from dataclasses import replace

import pytest

from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.interactive.training_orders import Terms, config_of, order_of
from evonas.interactive.training_starts import difference_line, proxy_of, start_lines
from evonas.models.proxy_start import Start
from evonas.models.sources import untrained
from evonas.runs.reading import open_run


@pytest.fixture(scope="module")
def run(small_run):
    return open_run(small_run)


@pytest.fixture(scope="module")
def problem(run):
    return SearchPlan.of(config_of(run, {})).problem


def test_a_proxy_training_is_that_of_the_record(run, problem):
    record = run.front[0]
    proxy = proxy_of(run, record, problem, data={"device": "cpu", "image_size": 16})
    assert (proxy.run, proxy.seed, proxy.fidelity) == ("small", record.seed, record.fidelity)
    assert proxy.scores == {"acc": record.metrics["acc"]}
    assert proxy.seconds == record.core_seconds
    assert (proxy.config.subset, proxy.config.epochs) == (60, 2)
    assert proxy.config.device == "cpu"
    assert proxy.config.image_size == run.config.image_size  # for it is of the run's images


def test_of_several_fidelities_the_highest_is_made_again(run, problem):
    known = {"fidelity": "epochs=3", "partial": {"epochs=1": {"acc": 40.0}}}
    known["partial"]["epochs=3"] = {"acc": 50.0}
    record = replace(run.front[0], **known, metrics={"flops": 1.0})
    proxy = proxy_of(run, record, problem, data={})
    assert (proxy.fidelity, proxy.scores) == ("epochs=3", {"acc": 50.0})
    assert proxy.config.fidelity == Config(problem="digits").fidelity


@pytest.mark.parametrize("lacking", [{"error": "it broke"}, {"metrics": {"flops": 1.0}}])
def test_what_was_not_trained_has_no_weights_to_begin_with(run, problem, lacking):
    record = replace(run.front[0], **lacking)
    name = run.ids[record.genome]
    with pytest.raises(ValueError, match=f"--from-proxy: run small has not trained {name}, so"):
        proxy_of(run, record, problem, data={})


def order(run, **data):
    plan = SearchPlan.of(config_of(run, data))
    terms = Terms(data=data, from_proxy=True)
    return order_of(run, run.front[0], plan=plan, terms=terms), plan.problem


def test_a_start_is_said_where_it_is_not_random(run):
    asked, problem = order(run)
    line = "It begins with the weights of the search's short training."
    assert start_lines(asked, problem) == [line]
    assert start_lines(replace(asked, proxy=None), problem) == []


def test_other_classes_take_all_but_the_head(run):
    asked, problem = order(run)
    shown = type(problem)(problem.settings)
    shown.info = replace(problem.info, n_classes=7)
    (line,) = start_lines(asked, shown)
    beginning = "It begins with the weights of the search's short training, but for "
    end = ": there are other classes here."
    head = line.removeprefix(beginning).removesuffix(end).split(", ")
    assert head == list(untrained(problem, asked.genome, seed=0).state_dict())[-2:]


def test_images_with_other_channels_are_refused(run):
    asked, problem = order(run, data="cifar10")
    with pytest.raises(ValueError, match="the proxy's weights do not fit"):
        start_lines(asked, problem)


def test_a_repetition_that_ends_elsewhere_is_told(run):
    proxy = replace(order(run)[0].proxy, scores={"acc": 50.0, "f1": 0.5})
    start = Start({}, {"acc": 50.0, "f1": 0.5}, seconds=1.0, cpu_seconds=1.0, fpo=1.0)
    assert difference_line(proxy, start) == ""
    assert difference_line(proxy, replace(start, scores={"acc": 12.5, "f1": 0.5})) == (
        "the repeated proxy training differs from that of run small: acc 12.5 in place of 50, "
        "by another machine or other versions than the search had"
    )
