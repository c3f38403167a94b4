import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.config import (
    DEFAULT_GENERATIONS,
    DEFAULT_POP_SIZE,
    FREE_ON_RESUME,
    SECTION_OF,
    SECTIONS,
    Config,
)
from evonas.objectives import Constraint
from evonas.sections.carbon import CarbonSection
from evonas.sections.search import SearchSection
from evonas.sections.training import TrainingSection
from evonas.sections.words import COMMA_LISTS, REPEATED
from evonas.sections.workers import WorkersSection

words = st.text("abcxyz_", min_size=1, max_size=6)
counts = st.none() | st.integers(2, 1000)
budgets = st.one_of(
    st.fixed_dictionaries({}),
    st.fixed_dictionaries({"generations": st.integers(1, 99)}),
    st.fixed_dictionaries({"evaluations": st.integers(1000, 9999)}),
)
optional = st.fixed_dictionaries(
    {},
    optional={
        "problem": words,
        "data_dir": st.none() | words,
        "objectives": st.lists(words, unique=True, max_size=3),
        "constraint": st.lists(words.map(lambda name: f"{name}<=2e5"), max_size=2),
        "reference": st.lists(words.map(lambda name: f"{name}=1e8"), max_size=2),
        "option": st.lists(words.map(lambda name: f"{name}=true"), max_size=2),
        "augment": st.none() | st.lists(words, max_size=2),
        "pop_size": counts,
        "budget_time": st.none() | st.just("30m"),
        "budget_co2": st.none() | st.just("2kg"),
        "budget_kwh": st.none() | st.floats(0.1, 1e6),
        "grid": st.none() | st.sampled_from(["fra", "us-ca"]),
        "carbon": st.just({}) | st.just({"device": "a100", "pue": [1.1, 1.2, 1.3]}),
        "seed": st.integers(0, 2**40),
        "n_jobs": counts,
        "timeout": st.none() | st.floats(0.1, 1e6),
        "memory_limit": st.none() | st.floats(0.1, 1e3),
        "max_failures": st.floats(0, 1),
        "epochs": counts,
        "pue": st.floats(1, 3),
        "inferences": st.integers(0, 10**12) | st.floats(0, 1e12),
    },
)
configs = st.builds(lambda one, two: Config(**one, **two), optional, budgets)


@given(configs)
def test_a_config_reads_back_from_its_own_dictionary(config):
    values = config.as_dict()
    assert Config.from_dict(values) == config
    assert Config.from_dict(json.loads(json.dumps(values))) == config
    assert list(values) == [field.name for field in fields(Config)]


@given(configs)
def test_a_config_has_no_differences_from_itself(config):
    assert config.differences(config) == []


def test_a_list_of_texts_becomes_a_tuple():
    config = Config.from_dict({"objectives": ["acc", "flops"]})
    assert config.objectives == ("acc", "flops")
    assert hash(config) == hash(Config(objectives=("acc", "flops")))


def test_an_unknown_key_is_named_with_the_known_ones():
    with pytest.raises(
        ValueError, match=r"setting 'popsize' \(did you mean 'pop_size'.*; choose"
    ):
        Config.from_dict({"popsize": 3})


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("problem", 3, "str"),
        ("problem", None, "str"),
        ("seed", "1", "int"),
        ("seed", 1.0, "int"),
        ("seed", True, "int"),
        ("seed", None, "int"),
        ("pop_size", "20", "int"),
        ("budget_kwh", "60", "float"),
        ("budget_kwh", False, "float"),
        ("max_failures", None, "float"),
        ("constraint", "acc>=9", "a list of texts"),
        ("objectives", ["acc", 3], "a list of texts"),
        ("objectives", None, "a list of texts"),
        ("augment", 1, "a list of texts"),
        ("sampling", ["a"], "str"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_the_right_one(key, value, expected):
    with pytest.raises(ValueError, match=rf"^setting {key} is .*; expected {expected}$"):
        Config.from_dict({key: value})


def test_an_integer_will_do_for_a_number_and_none_for_what_may_be_left_out():
    assert Config.from_dict({"timeout": 60, "pop_size": None}).timeout == 60


@pytest.mark.parametrize(
    ("key", "value", "least"),
    [
        ("pop_size", 1, 2),
        ("generations", 0, 1),
        ("evaluations", 1, 2),
        ("n_jobs", -1, 0),
        ("epochs", 0, 1),
        ("subset", 0, 1),
        ("batch_size", 1, 2),
        ("seed", -1, 0),
        ("data_seed", -1, 0),
    ],
)
def test_a_number_below_its_range_is_refused(key, value, least):
    with pytest.raises(ValueError, match=rf"{key} must be at least {least}, got {value}$"):
        Config(**{key: value})


@pytest.mark.parametrize("limit", [0, -1.0, float("nan"), float("inf")])
@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("timeout", "seconds"),
        ("memory_limit", "gigabytes"),
        ("budget_kwh", "kilowatt-hours"),
        ("budget_flops", "FLOPs"),
    ],
)
def test_a_limit_is_a_positive_number(name, unit, limit):
    with pytest.raises(ValueError, match=f"{name} must be a positive number of {unit}, got"):
        Config(**{name: limit})


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_of_failures_is_between_none_and_all(share):
    with pytest.raises(ValueError, match=r"max_failures must be in \[0, 1\], got"):
        Config(max_failures=share)


def test_a_memory_limit_needs_worker_processes_and_linux(monkeypatch):
    with pytest.raises(ValueError, match="memory_limit is kept by worker processes; n_jobs=0"):
        Config(memory_limit=4, n_jobs=0)
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(ValueError, match="memory_limit needs Linux; darwin has no such limit"):
        Config(memory_limit=4)


def test_two_budgets_of_work_contradict_each_other():
    message = "generations=5 and evaluations=100 contradict each other; give one of them"
    with pytest.raises(ValueError, match=message):
        Config(generations=5, evaluations=100)


def test_a_budget_must_pay_for_one_population():
    message = "evaluations=30 does not pay for one population of pop_size=31; raise the first"
    with pytest.raises(ValueError, match=message):
        Config(evaluations=30, pop_size=31)
    assert Config(evaluations=31, pop_size=31).population == 31


@pytest.mark.parametrize("text", ["params", "params<200", "params==3", "params<=many", "<=3"])
def test_a_constraint_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match=f"cannot read the constraint '{text}'; expected "):
        Config(constraint=(text,))


@pytest.mark.parametrize("text", ["flops", "=3", "flops=", " "])
def test_a_reference_that_cannot_be_read_is_refused(text):
    message = f"cannot read the reference '{text}'; expected one like 'flops=1e8'"
    with pytest.raises(ValueError, match=message):
        Config(reference=(text,))


def test_a_reference_is_a_number():
    with pytest.raises(ValueError, match=r"reference: .*'many'; expected OBJECTIVE=NUMBER"):
        Config(reference=("flops=many",))


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_a_reference_is_finite(number):
    with pytest.raises(ValueError, match=f"reference flops is {number}; expected a finite"):
        Config(reference=(f"flops={number}",))


@pytest.mark.parametrize("text", ["noisy", "=true", "noisy="])
def test_an_option_that_cannot_be_read_is_refused(text):
    message = f"cannot read the option '{text}'; expected one like 'noisy=true'"
    with pytest.raises(ValueError, match=message):
        Config(option=(text,)).settings  # noqa: B018


@pytest.mark.parametrize("name", ["constraint", "aspire", "reference", "option"])
def test_a_single_text_in_place_of_a_list_of_texts_is_refused(name):
    with pytest.raises(ValueError, match=rf"{name} is the text 'a=1'; expected a list"):
        Config(**{name: "a=1"})


@pytest.mark.parametrize("make", [lambda values: Config(**values), Config.from_dict])
@pytest.mark.parametrize("name", sorted(COMMA_LISTS - REPEATED))
def test_a_list_of_names_may_be_one_text_with_commas(make, name):
    others = {"then": {"objectives": "co2", "generations": 4}, "features": {"surrogate": "gp"}}
    config = make({name: "acc, flops", **others.get(name, {})})
    assert getattr(config, name) == ("acc", "flops")
    assert config == make({name: ["acc", "flops"], **others.get(name, {})})


@pytest.mark.parametrize("make", [lambda values: Config(**values), Config.from_dict])
def test_targets_may_be_one_text_with_commas_as_well(make):
    config = make({"target": "a100:b32, raspberry-pi-4"})
    assert config.target == ("a100:b32", "raspberry-pi-4")
    assert config == make({"target": ["a100:b32", "raspberry-pi-4"]})
    assert config == make({"target": ["a100:b32,raspberry-pi-4"]})
    assert Config.from_dict(config.as_dict()) == config
    alone = make({"target": "a100", "inference_batch": 32})
    assert config.assumptions == alone.assumptions, "of the first, in its batch"


@pytest.mark.parametrize(
    ("target", "words", "told"),
    [
        ("v100:fp16:b8", {}, ("fp16", 8)),
        ("v100:fp16:b8", {"precision": "fp32", "inference_batch": 2}, ("fp32", 2)),
        ("rtx-3090:int8", {}, ("", 1)),
        ("v100", {}, ("", 1)),
    ],
)
def test_a_target_says_how_a_network_is_priced_where_no_word_does(target, words, told):
    life = Config(target=(target,), **words).assumptions
    assert (life.precision, life.inference_batch) == told


def test_a_target_of_an_older_file_is_what_it_was():
    older = {**Config().as_dict(), "target": "a100"}
    assert not Config(target=["a100"]).differences(Config.from_dict(older))
    assert Config().as_dict()["target"] is None


def test_a_metric_on_an_unknown_device_is_refused_before_a_problem_is_opened():
    with pytest.raises(ValueError, match=r"unknown device 'v10' \(did you mean 'v100'\?\)"):
        Config(objectives=("acc", "latency@v10"))
    with pytest.raises(ValueError, match="'b0' says nothing; expected DEVICE"):
        Config(constraint=("memory@v100:b0<=5e5",))
    with pytest.raises(ValueError, match="unknown device 'v10'"):
        Config(target=("a100", "v10"))


def test_a_word_may_stand_under_the_name_of_its_section():
    sectioned = {
        "problem": {"problem": "macro", "data": "cifar10"},
        "search": {"objectives": "acc,flops", "pop_size": 12},
        "surrogate": {"surrogate": "gp", "batch": 4},
        "carbon": {"grid": "fra", "target": "a100"},
        "workers": {"n_jobs": 2},
        "seed": 7,
    }
    flat = {
        **sectioned["problem"],
        **sectioned["search"],
        **sectioned["surrogate"],
        "carbon": {"grid": "fra"},
        "target": ["a100"],
        "n_jobs": 2,
        "seed": 7,
    }
    config = Config.from_dict(sectioned)
    assert config == Config.from_dict(flat) == Config(**flat)
    assert config.replaced({"search": {"seed": 8}}) == replace(config, seed=8)


@given(configs)
def test_a_config_reads_back_from_its_sections(config):
    values = config.as_dict()
    alone = {word for word, section in SECTION_OF.items() if section == "carbon"}
    sectioned = {name: {} for name in SECTIONS if name != "carbon"}
    for word in values.keys() - alone:
        sectioned[SECTION_OF[word]][word] = values[word]
    kept = {word: values[word] for word in alone}
    assert Config.from_dict({**sectioned, **kept}) == config


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"training": {"pop_size": 8}}, r"pop_size stands in \[training\]; it belongs in \["),
        ({"search": {"popsize": 8}}, r"'popsize' in \[search\] \(did you mean 'pop_size'\?\)"),
        ({"seed": 1, "search": {"seed": 1}}, r"seed is given twice: alone and in \[search\]"),
        ({"search": {"seed": 1}, "seed": 2}, r"seed is given twice: in \[search\] and alone"),
        ({"carbon": {"target": "a100"}, "target": "v100"}, "target is given twice: in .carbon"),
        ({"search": 3}, "unknown setting 'search'"),
    ],
)
def test_a_word_in_the_wrong_place_or_given_twice_is_named(values, message):
    with pytest.raises(ValueError, match=message):
        Config.from_dict(values)


def test_a_config_gives_each_section_alone_and_is_each_of_them():
    config = Config(pop_size=12, epochs=3, n_jobs=2, grid="fra", problem="macro")
    assert config.search == SearchSection(pop_size=12)
    assert config.training == TrainingSection(epochs=3)
    assert config.workers == WorkersSection(n_jobs=2)
    assert config.section(CarbonSection).assumptions == config.assumptions
    assert all(isinstance(config, section) for section in SECTIONS.values())


def test_texts_are_read_once():
    config = Config(constraint=("params<=3",), reference=("flops=1e8",), budget_time="1h")
    for name in ("constraints", "reference_point", "budget", "assumptions", "settings"):
        assert getattr(config, name) is getattr(config, name)


def test_an_objective_named_twice_is_refused():
    with pytest.raises(ValueError, match="objectives name one twice: acc, flops, acc"):
        Config(objectives=("acc", "flops", "acc"))


def test_constraints_and_references_are_read():
    config = Config(
        constraint=("params <= 2e5", "acc>=90"), reference=("flops = 1e8",), option=("a=b=c",)
    )
    assert config.constraints == (
        Constraint("params", "<=", 2e5),
        Constraint("acc", ">=", 90.0),
    )
    assert config.reference_point == {"flops": 1e8}
    assert config.settings.options == (("a", "b=c"),)


def test_the_budget_is_counted_in_generations_where_none_is_given():
    assert Config().max_generations == DEFAULT_GENERATIONS
    assert Config(generations=3).max_generations == 3
    assert Config(evaluations=100).max_generations is None
    assert Config(budget_time="9s").max_generations is None
    assert Config(budget_flops=1e15).max_generations is None


def test_the_population_is_no_larger_than_the_budget_pays_for():
    assert Config().population == DEFAULT_POP_SIZE
    assert Config(evaluations=8).population == 8
    assert Config(evaluations=80).population == DEFAULT_POP_SIZE
    assert Config(evaluations=80, pop_size=30).population == 30


def test_augmenting_with_none_means_no_augmentation():
    assert Config().settings.augment is None
    assert Config(augment=("none",)).settings.augment == ()
    assert Config(augment=("flip",)).settings.augment == ("flip",)


def test_differences_name_each_setting_with_both_values():
    here = Config(seed=1, objectives=("acc", "flops"))
    there = Config(seed=2, objectives=("acc",))
    assert here.differences(there) == [
        "objectives is ['acc'] there and ['acc', 'flops'] here",
        "seed is 2 there and 1 here",
    ]


@pytest.mark.parametrize("name", sorted(FREE_ON_RESUME))
def test_how_long_how_fast_and_from_where_may_differ_on_resume(name):
    values = {
        "data_dir": "elsewhere",
        "engine": "dask",
        "max_failures": 0.5,
        "budget_co2": "5g",
        "budget_return": "5%",
        "budget_time": "5h",
        "track": ("tensorboard",),
        "tracker": "codecarbon",
    }
    other = replace(Config(), **{name: values.get(name, 40)})
    assert other != Config()
    assert Config().differences(other) == []


def test_a_new_budget_takes_the_place_of_the_old():
    assert Config(generations=5).replaced({"evaluations": 50}) == Config(evaluations=50)
    assert Config(evaluations=50).replaced({"generations": 5}) == Config(generations=5)
    assert Config(generations=5).replaced({"generations": 9}) == Config(generations=9)


def test_other_changes_leave_the_budget_as_it_was():
    config = Config(evaluations=50)
    assert config.replaced({"n_jobs": 2}) == Config(evaluations=50, n_jobs=2)
    assert config.replaced({"timeout": 9.0}) == Config(evaluations=50, timeout=9.0)
    assert config.replaced({}) == config


def test_a_surrogate_has_a_batch_and_proposals_of_its_own():
    usual = Config(surrogate="gp")
    assert (usual.n_first, usual.n_batch(8), usual.n_batch(80)) == (8, 2, 10)
    given = Config(surrogate="gp", batch=4, proposals=600, generations=3)
    assert (given.n_first, given.n_batch(80), given.n_proposals) == (8, 4, 600)
    assert given.n_expected == 8 + 2 * 4
    assert Config(surrogate="gp", first=20, generations=4).n_expected == 20 + 2 + 2 + 3
    assert Config(generations=3, pop_size=10).n_expected == 30
    assert Config(budget_time="1h").n_expected is None


@pytest.mark.parametrize("name", ["batch", "proposals"])
def test_what_only_a_surrogate_uses_is_refused_without_one(name):
    with pytest.raises(ValueError, match=f"{name} is of use to a surrogate only"):
        Config(**{name: 100})


def test_an_unknown_surrogate_is_refused():
    with pytest.raises(ValueError, match="unknown surrogate 'svm'; choose from none, gp"):
        Config(surrogate="svm")


@pytest.mark.parametrize("text", ["", ",", " , "])
@pytest.mark.parametrize("name", ["objectives", "features"])
def test_a_text_that_names_nothing_is_refused(name, text):
    with pytest.raises(ValueError, match=f"{name} is {text!r}, which names nothing; leave it"):
        Config(**{name: text})
