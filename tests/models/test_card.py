from dataclasses import replace

import numpy as np

from evonas.models.card import MOST_CLASSES, card, table
from evonas.models.judgement import Judgement
from evonas.models.proxy_start import Start

from .test_order import PROXY


def test_a_card_tells_how_good_a_model_is_and_what_it_cost(made):
    _, facts = made
    text = card(facts)
    test = facts.judgements["test"]
    assert text.startswith("# mine\n\nTells 10 classes of digits apart in grey images of 8 x 8")
    low, high = test.interval
    assert f"| test | {test.accuracy:.2f} % | {low:.2f} to {high:.2f} % | 359 | acc " in text
    assert f"| parameters | {facts.cost.params:,} |" in text
    assert f"| multiply-accumulates of one image | {facts.cost.macs:,} |" in text
    assert "ms (median of 101, torch, processor, 1 thread)" in text
    assert f"| this training | {facts.spend.co2_g:.3g} g CO2e" in text
    assert "| the search, run small | 1.5 g CO2e, 0.004 kWh |" in text
    assert f"| {facts.seed} (kept) | 6 | " in text
    assert "torch " in text.rpartition("## Made with")[2]


def test_every_class_and_confusion_is_there(made):
    _, facts = made
    text = card(facts)
    for label, row in zip(facts.labels, facts.judgements["test"].confusion, strict=True):
        assert f"| **{label}** | {' | '.join(map(str, row))} |" in text


def test_of_many_classes_the_worst_confusions_are_shown(made):
    n = MOST_CLASSES + 1
    predicted = np.array([1, 1, 1, 2, *range(n)])
    labels = np.array([0, 0, 0, 0, *range(n)])
    judged = Judgement.of(predicted, labels, n_classes=n)
    names = tuple(f"class {i}" for i in range(n))
    facts = replace(made[1], labels=names, judgements={"validation": judged, "test": judged})
    text = card(facts)
    assert "| class 0 | class 1 | 3 |\n| class 0 | class 2 | 1 |" in text
    assert "**class 0**" not in text


def test_a_model_of_no_run_tells_of_no_search(made):
    order = replace(made[1].order, origin={})
    assert "the search" not in card(replace(made[1], order=order))


def test_a_label_cannot_break_a_table():
    assert table(["a|b"], [["1|2"]]) == ["| a/b |", "| --- |", "| 1/2 |"]


def test_what_several_seeds_tell_is_told(made):
    _, facts = made
    accuracies = [judged["test"].accuracy for judged in facts.by_seed.values()]
    mean, median = sum(accuracies) / 2, sum(accuracies) / 2
    assert facts.spread("test").mean == mean
    text = card(facts)
    assert f"Seed {facts.seed} is kept, the best of 2 on the validation part" in text
    low, high = min(accuracies), max(accuracies)
    assert f"| {median:.2f} % | {low:.2f} % | {high:.2f} % | 2 |" in text
    one = {facts.seed: facts.by_seed[facts.seed]}
    assert "is kept, the best of" not in card(replace(facts, by_seed=one))


def test_a_card_tells_what_the_training_began_with(made):
    _, facts = made
    assert "The weights at the beginning were drawn at random" in card(facts)
    start = Start({}, {"acc": 81.5}, seconds=2.0, cpu_seconds=2.0, fpo=1e9)
    text = card(replace(facts, order=replace(facts.order, proxy=PROXY), start=start))
    assert "| this training, with the repeated proxy |" in text
    assert (
        "those of the short training at epochs=1 of run small, repeated with the candidate's "
        "seed 7 in 2 s (acc 81.5, as in the run)."
    ) in text
