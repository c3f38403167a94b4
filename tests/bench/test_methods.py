import pytest

from evonas.bench.methods import MODELS, PARTS, WORDS, Method
from evonas.config import Config

PEERS = ("optuna-tpe",)
BASE = Config(problem="synthetic", evaluations=24, pop_size=8, n_jobs=0)


def method(text):
    return Method.of(text, peers=PEERS)


def test_a_method_without_words_is_the_contests_config_with_its_parts():
    config = method("gp+moead").config(BASE)
    assert (config.surrogate, config.algorithm, config.screen) == ("gp", "moead", "none")
    assert (config.evaluations, config.pop_size, config.fidelity) == (24, 8, None)
    config = method("nsga2+screen+epochs").config(BASE)
    assert (config.surrogate, config.screen, config.fidelity) == ("none", "gp", "epochs")


def test_words_of_its_own_are_read_by_the_kind_that_a_config_has_of_them():
    found = method(
        "gp+epochs:batch=4:pop-size=10:rungs=4:reduction=2.5:features=naswot+synflow"
    )
    assert (
        found.label
        == "gp+epochs:batch=4:pop-size=10:rungs=4:reduction=2.5:features=naswot+synflow"
    )
    config = found.config(BASE)
    assert (config.batch, config.pop_size) == (4, 10)
    assert (config.rungs, config.reduction, config.features) == (4, 2.5, ("naswot", "synflow"))


def test_every_word_of_a_search_is_one_of_a_methods_unless_it_changes_what_is_searched():
    assert {"batch", "proposals", "rungs", "reduction", "pop_size", "mutation"} <= {*WORDS}
    common = {"objectives", "constraint", "then", "seed", "warm_start", "epochs", "subset"}
    assert common.isdisjoint(WORDS)
    assert {"problem", "option", "n_jobs", "evaluations"}.isdisjoint(WORDS)


def test_a_slow_method_may_be_given_fewer_evaluations():
    assert method("gp:evaluations=12").config(BASE).evaluations == 12
    peer = method("optuna-tpe:evaluations=12")
    assert (peer.is_peer, peer.name, peer.config(BASE).evaluations) == (True, "optuna-tpe", 12)
    assert method("optuna-tpe").config(BASE).evaluations == 24
    with pytest.raises(ValueError, match="asks for 25 evaluations, more than the contest's 24"):
        method("gp:evaluations=25").config(BASE)


@pytest.mark.parametrize("name", PARTS)
def test_every_part_is_a_method_by_itself(name):
    assert method(name).has_fidelity == (name in ("epochs", "subset", "image-size"))
    assert method(name).config(BASE).surrogate == (name if name in MODELS else "none")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nsga", r"unknown method 'nsga' \(did you mean 'nsga\d'.*; choose from nsga2"),
        ("gp+optuna-tpe", r"unknown method 'gp\+optuna-tpe'.*several of ours with a plus, as"),
        ("", "unknown method ''"),
        ("gp+forest", "method 'gp.forest' has gp and forest; choose one of them"),
        ("gp+screen", "has gp and screen; choose one"),
        ("nsga2+local", "has nsga2 and local; choose one"),
        ("gp:bath=4", r"method gp:bath=4: bath is no word of a method \(did you mean 'batch'"),
        ("gp:objectives=acc", "objectives is no word of a method.*its words are .*batch"),
        ("gp:algorithm=moead", "algorithm is said by the method's name, as gp.moead"),
        ("gp:batch=few", "method gp:batch=few: batch is 'few'; expected int"),
        ("gp:evaluations=1", "evaluations is '1'; expected a number from 2 on"),
        ("optuna-tpe:batch=4", "batch is a word of our own methods; a peer has evaluations"),
    ],
)
def test_what_is_no_method_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        method(text)


def test_words_that_do_not_go_together_are_refused_with_the_name_of_the_method():
    with pytest.raises(
        ValueError, match="method nsga2:batch=4: batch is of use to a surrogate"
    ):
        method("nsga2:batch=4").config(BASE)
    with pytest.raises(ValueError, match="method gp:batch=0: batch must be at least 1, got 0"):
        method("gp:batch=0").config(BASE)
