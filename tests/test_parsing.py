import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.parsing import listed, name_and_value, nearest, read_settings

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


def test_a_file_that_is_missing_or_holds_no_settings_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such file: .*none\.toml"):
        read_settings(tmp_path / "none.toml")
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(ValueError, match=r"list\.json holds a list; expected keys and values"):
        read_settings(tmp_path / "list.json")
    (tmp_path / "bad.toml").write_text("= =")
    with pytest.raises(ValueError, match=r"cannot read .*bad\.toml"):
        read_settings(tmp_path / "bad.toml")
