import json
import logging
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.config import Config
from evonas.runs import manifest
from evonas.runs.manifest import (
    CONFIG,
    FORMAT,
    check_resumable,
    check_same_prices,
    compare_environments,
    config_text,
    environment,
    read_config,
    read_resolved,
)

MINE = Config(problem="toy", seed=3, evaluations=40, constraint=("flops<=1e6",))


def run_at(path, config=MINE, resolved=None):
    path.mkdir(exist_ok=True)
    (path / CONFIG).write_text(config_text(config, resolved or {}))
    return path


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.integers(0, 10**6), st.dictionaries(st.text(max_size=4), json_values, max_size=3))
def test_config_and_what_was_settled_read_back(tmp_path_factory, seed, resolved):
    config = Config(seed=seed, objectives=("acc", "flops"))
    path = run_at(tmp_path_factory.getbasetemp() / "any", config, resolved)
    assert read_config(path) == config
    assert read_resolved(path) == resolved


def test_a_run_goes_on_with_equal_settings_and_with_other_limits(tmp_path):
    path = run_at(tmp_path)
    check_resumable(path, MINE)
    check_resumable(path, MINE.replaced({"evaluations": 80, "n_jobs": 5}))
    message = r"belongs to another configuration: seed is 3 there and 4 here; leave these out"
    with pytest.raises(ValueError, match=message):
        check_resumable(path, MINE.replaced({"seed": 4}))


def test_a_carbon_model_that_became_another_is_named_by_what_differs(tmp_path):
    path = run_at(tmp_path, resolved={"carbon": {"pue": 1.2, "device": "v100", "old": 1}})
    check_same_prices(path, {"carbon": {"old": 1, "device": "v100", "pue": 1.2}, "n_jobs": 9})
    message = r"CO2 is priced otherwise here .*: device, new, old differ; start a new run"
    with pytest.raises(ValueError, match=message):
        check_same_prices(path, {"carbon": {"pue": 1.2, "device": "a100", "new": 2}})


def test_tuples_of_now_are_the_lists_of_then(tmp_path):
    path = run_at(tmp_path, resolved={"carbon": {"bounds": (1, 2)}})
    check_same_prices(path, {"carbon": {"bounds": (1, 2)}})


def test_what_is_no_run_is_told_apart_from_what_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no run at .*nowhere: there is no such direc"):
        read_config(tmp_path / "nowhere")
    with pytest.raises(
        FileNotFoundError, match=r"is not a run of evonas: it holds no config\."
    ):
        read_resolved(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"config\.json cannot be read: JSONDecodeError: Expecting property name"),
        ("[1]", r"cannot be read: ValueError: expected keys and values in braces"),
        ("[" * 100_000, r"cannot be read: RecursionError: "),
        ('{"a": 1}', r"cannot be read: ValueError: it has no format"),
        ('{"format": 3, "format": 3}', r"ValueError: the key 'format' stands twice"),
        ('{"config": {}}', r"another version of evonas \(format 1; this one reads format 3\)"),
        ('{"format": 99}', r"another version of evonas \(format 99; this one reads format 3\)"),
        ('{"format": true}', r"another version of evonas \(format True; this one reads"),
        ('{"format": 3, "config": 1}', r"ValueError: config is missing, or holds no settings"),
        ('{"format": 3, "config": {}}', r"ValueError: resolved is missing, or holds no settin"),
        (
            '{"format": 3, "config": {"sed": 1}, "resolved": {}}',
            r"cannot be read: ValueError: unknown setting 'sed'",
        ),
    ],
)
def test_a_damaged_config_is_named_with_what_is_wrong(tmp_path, text, message):
    assert FORMAT == 3
    (tmp_path / CONFIG).write_text(text)
    with pytest.raises(ValueError, match=message):
        read_config(tmp_path)


def test_bytes_that_are_no_text_are_named(tmp_path):
    (tmp_path / CONFIG).write_bytes(b'{"format": \xff}')
    with pytest.raises(ValueError, match=r"config\.json cannot be read: UnicodeDecodeError: "):
        read_config(tmp_path)


def test_versions_of_all_that_can_change_a_result_are_told(monkeypatch):
    monkeypatch.setattr(manifest, "PACKAGES", ("numpy", "no-such-package"))
    told = environment()
    assert told["packages"]["numpy"][0].isdigit()
    assert told["packages"]["no-such-package"] == "not installed"
    assert json.loads(json.dumps(told)) == told


@pytest.fixture
def warned(caplog):
    caplog.set_level(logging.WARNING, logger="evonas")
    return lambda: [record.getMessage() for record in caplog.records]


def test_the_versions_of_the_beginning_give_no_warning(tmp_path, warned):
    (tmp_path / "then.json").write_text(json.dumps(environment()))
    compare_environments(tmp_path / "then.json")
    assert warned() == []


def test_every_other_version_is_warned_of(tmp_path, warned):
    then = environment()
    then["python"] = "2.7"
    here = then["packages"].pop("numpy")
    (tmp_path / "then.json").write_text(json.dumps(then))
    compare_environments(tmp_path / "then.json")
    python, numpy = warned()
    assert python.startswith("python was 2.7 when the run began and is 3.")
    assert numpy.startswith(f"numpy was unknown when the run began and is {here} now: furt")


@pytest.mark.parametrize("text", [None, "{", "{}", '{"python": "3", "packages": 1}'])
def test_versions_that_cannot_be_read_are_warned_of_once(tmp_path, warned, text):
    if text is not None:
        (tmp_path / "then.json").write_text(text)
    compare_environments(tmp_path / "then.json")
    (message,) = warned()
    assert "then.json" in message
    assert message.endswith("; whether the versions are those of its beginning is unknown")


def test_what_is_no_file_is_not_waited_for(tmp_path, warned):
    os.mkfifo(tmp_path / "then.json")
    compare_environments(tmp_path / "then.json")
    assert "then.json is no regular file" in warned()[0]
