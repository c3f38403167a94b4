import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.config import Config
from evonas.runs.checksums import CHECKSUMS, checksums, edits
from evonas.runs.manifest import CONFIG, config_text, read_config, read_resolved

MINE = Config(problem="toy", seed=3, evaluations=40, pop_size=20, objectives=("acc", "flops"))
RESOLVED = {"pop_size": 20, "objectives": [{"name": "acc"}, {"name": "flops"}], "pue": 1.0}
TEXT = config_text(MINE, RESOLVED)


def changed(**sections):
    content = json.loads(TEXT)
    for section, changes in sections.items():
        content[section] |= changes
    return content


def said(tmp_path, content):
    (tmp_path / CONFIG).write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(ValueError) as refused:  # noqa: PT011  each caller compares it
        read_config(tmp_path)
    with pytest.raises(ValueError, match="config"):
        read_resolved(tmp_path)
    return str(refused.value)


SAME = {
    "as it was": TEXT,
    "other ends of lines": TEXT.replace("\n", "\r\n"),
    "sorted keys": json.dumps(json.loads(TEXT), sort_keys=True),
    "another indent": json.dumps(json.loads(TEXT), indent=7),
    "no indent": json.dumps(json.loads(TEXT), separators=(",", ":")),
    "another spelling of a number": TEXT.replace("1.0", "1").replace(": 40", ": 4.0e1"),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_values_count_and_not_how_they_are_written(tmp_path, text):
    (tmp_path / CONFIG).write_bytes(text.encode())
    if "e1" not in text:  # which is no whole number to a config
        assert read_config(tmp_path) == MINE
    assert read_resolved(tmp_path)["pop_size"] == 20


EDITED = {
    "a small number": ({"config": {"seed": 4}}, "seed in config is 4, and was 3"),
    "what the file tells twice": (
        {"config": {"objectives": ["acc"]}},
        'objectives in config is ["acc"], and was ["acc", "flops"]',
    ),
    "a default": (
        {"config": {"algorithm": "spea2"}},
        f"algorithm in config is spea2, and was {MINE.algorithm}",
    ),
    "what nobody knows": (
        {"config": {"problem": "evil.py:P"}},
        'problem in config is "evil.py:P", and was something else',
    ),
    "what was settled": ({"resolved": {"pue": 2}}, "pue in resolved is 2, and was 1"),
    "a key added": ({"config": {"colour": "red"}}, "colour in config was added"),
    "a long value": ({"resolved": {"pue": "x" * 999}}, "pue in resolved is xxx"),
    "a wrong checksum of the right form": (
        {CHECKSUMS: {"resolved": {**checksums(json.loads(TEXT))["resolved"], "pue": "0" * 8}}},
        "pue in resolved is 1.0, and was something else",
    ),
}


@pytest.mark.parametrize(("changes", "message"), EDITED.values(), ids=EDITED)
def test_an_edit_is_named_with_what_was_there(tmp_path, changes, message):
    told = said(tmp_path, changed(**changes))
    assert told.startswith(f"{tmp_path / CONFIG} was edited since it was written: {message}")
    assert told.endswith("with checksums removed the file is taken as it is")
    assert len(told) < 500


def test_several_edits_are_all_named(tmp_path):
    content = changed(config={"seed": 4, "n_jobs": 2}) | {"note": 1}
    del content["config"]["pop_size"]
    told = said(tmp_path, content)
    for edit in (
        "note was added",
        "seed in config is 4, and was 3",
        "n_jobs in config is 2, and was null",
        "pop_size in config is missing, and was 20",
    ):
        assert edit in told


def test_what_may_change_in_a_run_is_referred_to_its_flag(tmp_path):
    told = said(tmp_path, changed(config={"evaluations": 80}))
    assert "evaluations in config is 80, and was 40" in told
    assert "(a run that goes on takes --evaluations beside --resume)" in told
    assert "--resume" not in said(tmp_path, changed(config={"seed": 80}))


def test_a_run_without_checksums_is_taken_as_it_is(tmp_path):
    content = changed(config={"seed": 4})
    del content[CHECKSUMS]
    (tmp_path / CONFIG).write_text(json.dumps(content))
    assert read_config(tmp_path).seed == 4


@pytest.mark.parametrize(
    "damaged", [None, [], "a", {}, {"config": {}}, {"config": 1, "resolved": 2}]
)
def test_damaged_checksums_are_named(tmp_path, damaged):
    told = said(tmp_path, json.loads(TEXT) | {CHECKSUMS: damaged})
    assert "cannot be read: ValueError: checksums are damaged, or of another version" in told


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_truncated_file_is_named(tmp_path, share):
    assert "config.json cannot be read: " in said(tmp_path, TEXT[: int(share * len(TEXT))])


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=4),
    lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=3) | st.lists(inner),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=4), json_values, max_size=4), st.randoms())
def test_what_was_written_and_shuffled_shows_no_edit(resolved, shuffling: random.Random):
    content = json.loads(config_text(MINE, resolved))
    names = list(content["resolved"])
    shuffling.shuffle(names)
    content["resolved"] = {name: content["resolved"][name] for name in names}
    assert edits(content) == []
