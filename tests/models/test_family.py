import csv
import json
import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from evonas.config import Config
from evonas.models.family import (
    FAMILY,
    Family,
    Member,
    agreement,
    begin_family,
    member_of,
    read_family,
    write_family_table,
)
from evonas.models.judgement import Spread
from evonas.models.order import TrainingOrder
from evonas.objectives import ACC
from evonas.training.full_recipe import FullRecipe

COST = SimpleNamespace(params=10, flops=2000)


def order(genome, *, epochs=3, proxy=50.0):
    return TrainingOrder(
        config=Config(problem="digits"),
        genome=genome,
        recipe=FullRecipe(epochs=epochs),
        origin={"run": "a", "metrics": {"acc": proxy}},
    )


FRONT = Family(orders={"bcd234": order((0,)), "fgh567": order((1,))}, budget_seconds=60.0)


def member(name, *, proxy=50.0, final=90.0):
    spread = Spread.of([final, final + 2])
    return Member(
        id=name,
        genome=(1, 0),
        cost=COST,
        proxy=proxy,
        validation=final + 2,
        test=final,
        spreads={"validation": spread, "test": spread},
        minutes=1.5,
        co2_g=0.25,
    )


@pytest.mark.parametrize("family", [FRONT, replace(FRONT, budget_seconds=math.inf)])
def test_a_folder_keeps_a_family(tmp_path, family):
    assert read_family(tmp_path) is None
    begin_family(tmp_path / "new", family)
    assert read_family(tmp_path / "new") == family


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"members": {}}'])
def test_a_damaged_family_is_named(tmp_path, text):
    (tmp_path / FAMILY).write_text(text)
    with pytest.raises(ValueError, match=r"family\.json cannot be read: "):
        read_family(tmp_path)


def test_the_epochs_that_a_budget_has_set_are_no_difference():
    kept = FRONT.with_epochs(17)
    assert [each.recipe.epochs for each in kept.orders.values()] == [17, 17]
    assert FRONT.differences(kept) == []
    free = replace(FRONT, budget_seconds=math.inf)
    assert free.differences(free.with_epochs(17))[0] == "epochs is 17 there and 3 here"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            replace(FRONT, orders={"bcd234": order((0,))}),
            "its members are bcd234 there and bcd234, fgh567 here",
        ),
        (replace(FRONT, budget_seconds=90.0), "budget seconds is 90 there and 60 here"),
        (replace(FRONT, most_epochs=5), "most epochs is 5 there and 300 here"),
        (
            replace(FRONT, orders={n: replace(o, seeds=(1,)) for n, o in FRONT.orders.items()}),
            "seeds is [1] there and [0] here",
        ),
    ],
)
def test_another_family_is_told_from_this_one(other, said):
    assert FRONT.differences(other)[0] == said


def finished(folder, **changes):
    """A member's folder as a full training leaves it, as far as a family reads it."""
    folder.mkdir()
    told = {
        "validation": {"scores": {"acc": 93.0}},
        "test": {"scores": {"acc": 91.0}},
        "training": {"busy_seconds": 90.0, "co2_g": 0.5},
        "seeds": {"0": {"validation": {"acc": 93.0}, "test": {"acc": 91.0}}},
        "exports": {"model.pt": "weights", "model.pt2": "not written: RuntimeError: no graph"},
    }
    (folder / "metrics.json").write_text(json.dumps({**told, **changes}))
    (folder / "card.md").touch()


def test_a_member_is_read_from_its_folder(tmp_path):
    folder = tmp_path / "bcd234"
    begun = member_of(folder, order((0,)), metric="acc", cost=COST, error="Bad: it failed")
    assert (begun.is_finished, begun.proxy, begun.error) == (False, 50.0, "Bad: it failed")
    assert math.isnan(begun.final)
    finished(folder)
    done = member_of(folder, order((0,)), metric="acc", cost=COST)
    assert (done.final, done.test, done.minutes, done.co2_g) == (93.0, 91.0, 1.5, 0.5)
    assert done.missing == {"model.pt2": "not written: RuntimeError: no graph"}


def test_a_member_of_other_data_has_no_proxy(tmp_path):
    bare = replace(order((0,)), origin={"run": "a"})
    assert math.isnan(member_of(tmp_path / "b", bare, metric="acc", cost=COST).proxy)


@pytest.mark.parametrize("changes", [{"seeds": {}}, {"test": 3}, {"training": {}}])
def test_damaged_metrics_are_named(tmp_path, changes):
    finished(tmp_path / "b", **changes)
    with pytest.raises(ValueError, match=r"metrics\.json cannot be read: "):
        member_of(tmp_path / "b", order((0,)), metric="acc", cost=COST)


def test_the_proxy_is_compared_with_the_mean_over_seeds_where_both_are_known():
    members = [
        member("bbbbbb", proxy=10.0, final=80.0),
        member("cccccc", proxy=20.0, final=85.0),
        member("dddddd", proxy=30.0, final=90.0),
        member("ffffff", proxy=math.nan),
        Member(id="gggggg", genome=(0,), cost=COST, proxy=40.0, error="Bad"),
    ]
    found = agreement(members)
    assert (found.n, found.kendall.value) == (3, pytest.approx(1))
    assert members[0].final == 81.0
    assert math.isnan(agreement([]).kendall.value)


def test_the_table_has_units_and_empty_cells(tmp_path):
    failed = Member(id="cccccc", genome=(0,), cost=COST, proxy=40.0, error="Bad: it failed")
    write_family_table(tmp_path / "a.csv", [member("bbbbbb"), failed], metric=ACC)
    first, second = csv.DictReader((tmp_path / "a.csv").open())
    assert (first["genome"], first["flops [FLOP]"], first["co2 [g]"]) == ("1-0", "2000", "0.25")
    assert (first["proxy_acc [%]"], first["validation_acc [%]"]) == ("50", "92")
    assert float(first["test_acc_sd [%]"]) == pytest.approx(math.sqrt(2))
    assert (first["training [min]"], first["seeds"]) == ("1.5", "2")
    assert (second["test_acc [%]"], second["error"]) == ("", "Bad: it failed")
