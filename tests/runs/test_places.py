import os
from io import FileIO

import pytest

from evonas.runs.places import HOLE, check_regular, open_new, read_blocks, without_link


def test_a_link_is_removed_and_what_it_led_to_stays(tmp_path):
    outside, link = tmp_path / "outside", tmp_path / "link"
    outside.write_text("mine")
    link.symlink_to(outside)
    assert without_link(link) == link
    assert not os.path.lexists(link)
    assert without_link(outside).read_text() == "mine"


def test_what_is_made_anew_lies_where_it_is_named(tmp_path):
    outside, draft = tmp_path / "outside", tmp_path / "front.part"
    outside.write_text("mine")
    draft.symlink_to(outside)
    with open_new(draft) as file:
        file.write(b"ours")
    assert (outside.read_text(), draft.read_text()) == ("mine", "ours")
    assert not draft.is_symlink()


def place(path, kind):
    {
        "link": lambda: path.symlink_to("/dev/zero"),
        "dead link": lambda: path.symlink_to("/nowhere/at/all"),
        "pipe": lambda: os.mkfifo(path),
    }[kind]()
    return path


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("link", "is a link; a run's files lie in its directory"),
        ("dead link", "is a link; a run's files lie in its directory"),
        ("pipe", "is no regular file; put the run's own file back"),
    ],
)
def test_what_is_no_file_of_the_run_is_refused_before_it_is_opened(tmp_path, kind, reason):
    with pytest.raises(ValueError, match=reason):
        check_regular(place(tmp_path / "records.jsonl", kind))
    check_regular(tmp_path / "not there")


@pytest.mark.parametrize("n_bytes", [2 * HOLE, 1 << 40])
def test_a_hole_is_refused_and_not_read_to_its_end(tmp_path, n_bytes):
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"line\n")
    os.truncate(path, n_bytes)
    with (
        FileIO(path) as file,
        pytest.raises(ValueError, match="nothing was written behind byte 5"),
    ):
        read_blocks(file, path)


def test_what_has_no_hole_is_read_whole(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"line\n\0\0torn")
    with FileIO(path) as file:
        assert read_blocks(file, path) == b"line\n\0\0torn"
