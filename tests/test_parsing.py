import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.parsing import check_kind, listed, name_and_value, nearest, read_settings

plain = st.text("abc_*-", min_size=1, max_size=5)


@given(st.lists(plain))
def test_a_list_reads_the_same_as_one_text_with_commas(words):
    assert listed(",".join(words)) == listed(words) == tuple(words)
    assert listed(" , ".join(words)) == tuple(words)


def test_empty_words_of_a_text_are_left_out():
    assert listed("acc,, flops,") == ("acc", "flops")
    assert listed("") == ()


def test_the_nearest_word_is_suggested_and_nothing_where_none_is_near():
    assert nearest("flop", ["acc", "flops"]) == " (did you mean 'flops'?)"
    assert nearest("xyz", ["acc", "flops"]) == ""


def test_a_pair_has_a_name_and_a_value():
    assert name_and_value(" a = b=c ", "option", "x=1") == ("a", "b=c")
    with pytest.raises(ValueError, match="cannot read the option 'a'; expected one like 'x=1'"):
        name_and_value("a", "option", "x=1")


def test_settings_are_read_from_toml_and_json_and_from_a_runs_config(tmp_path):
    (tmp_path / "a.toml").write_text("seed = 1\n[search]\npop_size = 4\n")
    (tmp_path / "config.json").write_text('{"format": 3, "config": {"seed": 1}}')
    assert read_settings(tmp_path / "a.toml") == {"seed": 1, "search": {"pop_size": 4}}
    assert read_settings(tmp_path / "config.json") == {"seed": 1}


@pytest.mark.parametrize(
    ("text", "parts"),
    [("flops=1e8", ("flops", "1e8")), (" a = b=c ", ("a", "b=c"))],
)
def test_the_first_equals_sign_parts_name_and_value(text, parts):
    assert name_and_value(text, "option", "a=1") == parts


@pytest.mark.parametrize("text", ["", "flops", "=1", "flops=", " = "])
def test_what_lacks_a_part_is_answered_with_an_example(text):
    with pytest.raises(ValueError, match=f"cannot read the option '{text}'; expected one like"):
        name_and_value(text, "option", "a=1")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("a", "str"),
        (3, "int"),
        (3, "float"),
        (0.5, "float | None"),
        (None, "float | None"),
        (["a", "b"], "Sequence[str]"),
        ([], "Sequence[str]"),
        ({"a": 1}, "Mapping[str, Any] | None"),
    ],
)
def test_a_value_of_its_kind_is_let_pass(value, kind):
    check_kind("pop_size", value, kind)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (True, "int", "int"),
        (0.5, "int", "int"),
        ("3", "float | None", "float"),
        (3, "Sequence[str]", "a list of texts"),
        ([1], "Sequence[str] | None", "a list of texts"),
        (None, "str", "str"),
    ],
)
def test_a_value_of_another_kind_is_refused(value, kind, expected):
    with pytest.raises(ValueError, match="setting pop_size is") as caught:
        check_kind("pop_size", value, kind)
    assert str(caught.value) == f"setting pop_size is {value!r}; expected {expected}"


def test_settings_come_from_toml_or_json_or_a_run(tmp_path):
    (tmp_path / "a.toml").write_text('seed = 3\nobjectives = ["acc"]\n')
    (tmp_path / "a.json").write_text(json.dumps({"seed": 3, "objectives": ["acc"]}))
    (tmp_path / "config.json").write_text(
        json.dumps({"config": {"seed": 3, "objectives": ["acc"]}, "resolved": {}})
    )
    for name in ("a.toml", "a.json", "config.json"):
        assert read_settings(tmp_path / name) == {"seed": 3, "objectives": ["acc"]}


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such file: .*none\.toml"):
        read_settings(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "[1]", r"a\.json holds a list; expected keys and values"),
        (
            "a.json",
            '{"a": 1, "b": 2, "a": 3}',
            r"cannot read .*a\.json: the key 'a' stands twi",
        ),
        ("a.json", "[" * 100_000, r"cannot read .*a\.json: maximum recursion"),
        ("a.json", "{", r"cannot read .*a\.json: Expecting"),
        ("a.toml", "seed =", r"cannot read .*a\.toml: Invalid value"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        read_settings(tmp_path / name)


@pytest.mark.parametrize("word", ["NSGA2", "Nsga2", "nsga2 ", "nsgaII"])
def test_capitals_do_not_hide_the_nearest_word(word):
    assert "nsga2" in nearest(word, ["nsga2", "random"])


def test_a_file_in_another_language_is_told_which_are_read(tmp_path):
    (tmp_path / "a.yaml").write_text("seed: 1\n")
    (tmp_path / "a.json").write_text("seed = 1\n")
    with pytest.raises(ValueError, match=r"a.yaml: .*; expected TOML, or JSON in a file named"):
        read_settings(tmp_path / "a.yaml")
    with pytest.raises(ValueError, match=r"a.json: .*; expected JSON$"):
        read_settings(tmp_path / "a.json")


def test_a_file_that_is_no_text_or_no_file_is_named(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"cannot read .*a\.toml: 'utf-8' codec"):
        read_settings(tmp_path / "a.toml")
    with pytest.raises(FileNotFoundError, match="is no regular file; expected one with settin"):
        read_settings(tmp_path)


@pytest.mark.parametrize(("name", "text"), [("a.toml", "seed = 1"), ("a.json", '{"seed": 1}')])
def test_the_mark_that_some_editors_begin_a_file_with_is_no_part_of_it(tmp_path, name, text):
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_settings(tmp_path / name) == {"seed": 1}
