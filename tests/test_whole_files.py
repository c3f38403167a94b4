import pytest

from evonas.whole_files import read_value, whole


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "card.md"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError), whole(path) as file:
        file.write("half" + chr(0xD800))
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_value_is_read_from_a_file_or_there_is_none(tmp_path):
    file = tmp_path / "kept.json"
    assert read_value(file, dict) is None
    file.write_text('{"n": 3}')
    assert read_value(file, lambda kept: int(kept["n"])) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [('{"n": ', "JSONDecodeError"), ("{}", "KeyError: 'n'"), ("[]", "TypeError: ")],
)
def test_a_file_of_something_else_is_named(tmp_path, text, told):
    file = tmp_path / "kept.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=rf"kept\.json cannot be read: {told}"):
        read_value(file, lambda kept: int(kept["n"]))
