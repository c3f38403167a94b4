"""Whatever a candidate changes for its whole process, those after it see nothing of it."""

import json
import math
import os
import random
import sys

import numpy as np
import pytest
import torch
from faults import changing

from evonas.evaluation.candidate import Order, attempt
from evonas.evaluation.isolation import isolated
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def order():
    return Order(ProblemSpec(changing.Changing, Settings()), ("acc", "flops"))


def seen_after(change):
    """What a next candidate sees, where the same one saw what without it, and what lasts."""
    with isolated(5):
        before = changing.seen()
    with isolated(6, classes=(changing.Changing,)) as lasting:
        change()
    with isolated(5):
        after = changing.seen()
    return before, after, lasting


@pytest.mark.parametrize("name", changing.RESTORED)
def test_what_can_be_put_back_is_put_back(name):
    before, after, lasting = seen_after(changing.RESTORED[name])
    assert after == before
    assert lasting == []


@pytest.mark.parametrize("name", sorted(changing.REPLACED))
def test_a_function_that_was_replaced_is_put_back_and_named(name):
    before, after, lasting = seen_after(changing.REPLACED[name])
    assert after == before
    assert lasting


def test_what_was_replaced_is_called_by_its_name():
    with isolated(1) as lasting:
        math.sqrt = math.cbrt
        del json.loads
    assert sorted(lasting) == ["json.loads", "math.sqrt"]


def test_what_cannot_be_put_back_is_named():
    with isolated(1) as lasting:
        handle = torch.nn.modules.module.register_module_forward_hook(lambda m, i, o: o)
    handle.remove()
    assert lasting == ["torch's hooks of all networks"]


def test_a_folder_that_is_gone_is_named(tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    os.chdir(folder)
    with isolated(1) as lasting:
        folder.rmdir()
        os.chdir("/")
    assert lasting == ["the working directory"]


def test_random_states_begin_from_the_seed_and_come_back_after():
    def draws():
        return random.random(), np.random.rand(), torch.rand(1).item()

    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    expected = draws(), draws()
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    first, found = draws(), []
    for seed in (9, 9, 2**40 + 9):
        with isolated(seed):
            found.append(draws())
    assert (first, draws()) == expected
    assert found[0] == found[1]
    assert set(found[0]).isdisjoint(first)


def test_an_error_in_a_candidate_puts_back_as_well():
    with pytest.raises(KeyError, match="NOTHING"), isolated(1):
        os.environ.update({"EVONAS_NEW": "1", "EVONAS_TOO": os.environ["NOTHING"]})
    with pytest.raises(SystemExit), isolated(1):
        os.environ.update({"EVONAS_NEW": "1"}) or sys.exit()
    assert "EVONAS_NEW" not in os.environ


def test_what_is_looked_up_or_counted_in_a_module_is_no_change():
    with isolated(1, classes=(changing.Changing,)) as lasting:
        changing.N_CALLS = 3
        changing.Changing.cached = np.arange(3)
    del changing.N_CALLS, changing.Changing.cached
    assert lasting == []


def test_a_first_training_changes_nothing_for_good():
    with isolated(1) as lasting:
        net = torch.nn.Linear(2, 1)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        net(torch.ones(1, 2)).sum().backward()
        optimizer.step()
    assert lasting == []


@pytest.mark.parametrize("seed", range(3))
def test_records_do_not_depend_on_the_order_of_candidates(seed):
    genomes = [(i, w) for i, word in enumerate(changing.WORDS) for w in range(2)]
    genomes = [g for g in genomes if changing.WORDS[g[0]] not in changing.LASTING]
    shuffled = random.Random(seed).sample(genomes, len(genomes))
    there, back = (
        {g: attempt(order(), g, seed=5).record for g in each} for each in (genomes, shuffled)
    )
    assert [(there[g].metrics, there[g].error) for g in genomes] == [
        (back[g].metrics, back[g].error) for g in genomes
    ]
    assert len({r.metrics["acc"] for r in there.values() if r.error is None}) == 2
