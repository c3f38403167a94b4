import os
from dataclasses import replace
from types import SimpleNamespace

import pytest
import toy

from evonas.algorithms.ask_tell import AskTell
from evonas.algorithms.two_stages import TwoStages
from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.evaluation.evaluator import Evaluator
from evonas.hardware.devices import V100

BASE = Config(problem=toy.reference("Bowl"), n_jobs=0, pop_size=5, evaluations=10)


def plan(problem="Bowl", **words):
    return SearchPlan.of(replace(BASE, problem=toy.reference(problem), **words))


def test_a_class_takes_the_place_of_the_configs_problem_and_gives_it_its_name():
    planned = SearchPlan.of(BASE, toy.Schooled)
    assert isinstance(planned.problem, toy.Schooled)
    assert planned.config.problem == "toy:Schooled"


def test_what_is_measured_follows_from_objectives_constraints_and_seed():
    order = plan(objectives="acc,flops", constraint=("params<=9",), seed=4, timeout=3.0).order
    assert set(order.wanted) == {"acc", "flops", "params"}
    assert list(map(str, order.constraints)) == ["params<=9"]
    assert (order.seed, order.timeout) == (4, 3.0)


@pytest.mark.parametrize(
    ("device", "n_jobs", "expected"),
    [("cpu", None, os.cpu_count()), ("cuda", None, 1), ("cuda", 3, 3), ("cpu", 0, 0)],
)
def test_one_worker_a_core_and_one_alone_for_a_gpu(device, n_jobs, expected):
    planned = plan(n_jobs=n_jobs)
    planned.__dict__["problem"] = SimpleNamespace(device=device)
    assert planned.n_jobs == expected
    assert planned.tariff.accelerator_w == (V100.tdp_w if device == "cuda" else 0.0)


def test_rungs_lead_up_to_the_whole_and_are_none_unless_asked_for():
    assert plan("Schooled").rungs == ()
    planned = plan("Schooled", fidelity="epochs", rungs=3, reduction=3.0)
    assert [rung.amount for rung in planned.rungs] == [1, 3, 9]
    assert [rung.is_whole for rung in planned.rungs] == [False, False, True]


@pytest.mark.parametrize(
    ("words", "kind"), [({}, AskTell), ({"objectives": "acc", "then": "flops"}, TwoStages)]
)
def test_two_formulations_are_two_stages(words, kind):
    planned = plan(**words)
    assert isinstance(planned.strategy(Evaluator(planned.order)), kind)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            {"budget_flops": 1e9},
            r"^budget_flops needs a problem that knows the FLOPs of its tr",
        ),
        (
            {"surrogate": "gp", "features": "naswot"},
            r"^feature 'naswot' is no hint of .*:Bowl; it has none$",
        ),
        (
            {"problem": "Schooled", "fidelity": "epochs", "objectives": "flops,params"},
            r"^nothing of flops, params takes a training, so there is nothing to measure less",
        ),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_measured(words, message):
    with pytest.raises(ValueError, match=message):
        plan(**words).check()


def test_a_plan_that_works_is_checked_in_silence_and_told_in_plain_values():
    planned = plan(constraint=("params<=9999",))
    planned.check()
    told = planned.resolved()
    assert [each["name"] for each in told["objectives"]] == ["acc", "flops", "params"]
    assert told["constraints"] == ["params<=9999"]
    assert (told["pop_size"], told["n_jobs"]) == (5, 0)


def test_workers_of_one_accelerator_share_its_power_and_cores_are_their_own():
    for n_jobs, device, expected in ((4, "cuda", 4), (0, "cuda", 1), (4, "cpu", 1)):
        planned = plan(n_jobs=n_jobs)
        planned.__dict__["problem"] = SimpleNamespace(device=device)
        assert planned.tariff.n_sharing == expected


def test_what_takes_no_training_is_searched_where_no_fidelity_is_asked_for():
    plan("Schooled", objectives="flops,params").check()
    plan("Schooled", objectives="acc,flops", fidelity="epochs", rungs=3, reduction=3.0).check()


def test_steps_are_judged_by_what_takes_a_training(tmp_path):
    planned = plan(
        "Schooled", objectives="flops,acc", fidelity="epochs", rungs=2, reduction=3.0
    )
    evaluator = Evaluator(planned.order)
    ladder = planned.ladder(evaluator, store=tmp_path)
    ladder([(2, width, 1, 1) for width in range(5)])
    assert {rung.metric for rung in ladder.account()} == {"acc"}
    assert plan("Schooled").ladder(evaluator, store=tmp_path) is None


@pytest.mark.parametrize("words", [{"surrogate": "gp"}, {"screen": "gp"}])
def test_where_nothing_is_to_be_predicted_no_model_is_of_use(words):
    with pytest.raises(ValueError, match=r"^nothing of flops, params takes a training, so th"):
        plan(objectives="flops,params", **words).check()
    plan(objectives="acc,flops", **words).check()


@pytest.mark.parametrize(
    ("name", "watts"), [("NVIDIA A100-SXM4-80GB", 400.0), ("Voodoo2", V100.tdp_w)]
)
def test_an_accelerator_that_is_known_by_name_has_its_own_power(name, watts):
    planned = plan()
    planned.__dict__["problem"] = SimpleNamespace(device="cuda", device_name=name)
    assert planned.tariff.accelerator_w == watts
