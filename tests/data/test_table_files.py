import re
from pathlib import Path

import pytest

from evonas.data.table_files import csv_rows, find_table, table_folder

NAMES = ["table_v2.csv", "table_v1.csv"]


def found(folder, names=NAMES):
    return find_table(str(folder), names, folder="mine", source="the repository my/table")


def test_tables_lie_where_the_user_says_then_the_environment_then_here(tmp_path, monkeypatch):
    monkeypatch.setenv("EVONAS_DATA", str(tmp_path))
    assert table_folder("~/tables") == Path.home() / "tables"
    assert table_folder(None) == tmp_path
    monkeypatch.delenv("EVONAS_DATA")
    assert table_folder(None) == Path()


def test_a_table_is_found_in_its_own_folder_or_beside_it_the_first_name_first(tmp_path):
    (tmp_path / "table_v1.csv").touch()
    assert found(tmp_path) == tmp_path / "table_v1.csv"
    (tmp_path / "table_v2.csv").touch()
    assert found(tmp_path) == tmp_path / "table_v2.csv"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "table_v1.csv").touch()
    assert found(tmp_path) == tmp_path / "mine" / "table_v1.csv"


def test_a_table_that_is_not_there_is_told_with_where_it_is_published(tmp_path):
    message = (
        f"no table in {tmp_path}/mine; get table_v2.csv or table_v1.csv from the repository "
        "my/table, put it there, and name the folder that holds mine/ with --data-dir"
    )
    with pytest.raises(FileNotFoundError, match=re.escape(message)):
        found(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"get one\.csv from the repository"):
        found(tmp_path, names=["one.csv"])


def test_rows_are_known_by_a_column_and_what_is_wrong_with_them_is_told(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("cell,acc\na,1.5\nb,2\n")
    assert csv_rows(file, "cell")["b"] == {"cell": "b", "acc": "2"}
    with pytest.raises(ValueError, match=r"rows\.csv has no column 'net'; its columns: cell"):
        csv_rows(file, "net")
    file.write_text("cell,acc\na,1.5\na,2\n")
    with pytest.raises(ValueError, match=r"rows\.csv lists 'a' twice"):
        csv_rows(file, "cell")
    file.write_text("")
    with pytest.raises(ValueError, match=r"no column 'cell'; its columns: none"):
        csv_rows(file, "cell")
