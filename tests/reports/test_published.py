import csv

import pytest

from evonas.networks.published import Published
from evonas.reports.published import write_zoo, zoo_in_words

FAMILY = [
    Published("resnet18", 70.0, 11_000_000, 4e9, 224),
    Published("resnet34", 73.0, 21_000_000, 8e9, 224),
    Published("resnet50", 75.0, 25_000_000, 16e9, 224),
]
OTHERS = [
    Published("small", 60.0, 1_000_000, 1e9, 224),
    Published("poor", 65.0, 90_000_000, 9e9, 299),
]
NEWER = [Published("resnet50", 80.0, 25_000_000, 16e9, 224)]


def test_every_step_says_what_a_point_more_takes():
    said = zoo_in_words([*OTHERS, *FAMILY], NEWER)
    words = [" ".join(line.split()) for line in said]
    assert "resnet34 73.00 21.0 M 8 1.33 3" in words
    assert "resnet50 75.00 25.0 M 16 4 2" in words
    assert not any(line.startswith("poor") for line in words)
    assert words[-1] == (
        "A newer recipe of training, at the same FPO of an answer, brings 1 of them 5.0 points "
        "(median; 5.0 to 5.0)."
    )


def test_halves_of_the_way_are_set_against_each_other():
    said = "\n".join(zoo_in_words([*OTHERS, *FAMILY], NEWER))
    assert (
        "From resnet18 to resnet34 2 times the FPO bring 3.0 points; from there to resnet50 2 "
        "times bring 2.0, 3 times as many FLOPs a point."
    ) in said


def test_the_table_holds_every_network_and_its_newer_accuracy(tmp_path):
    write_zoo(tmp_path / "zoo.csv", FAMILY, NEWER)
    with (tmp_path / "zoo.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["network"] for row in rows] == [each.name for each in FAMILY]
    assert [float(row["flops [FLOP]"]) for row in rows] == pytest.approx([4e9, 8e9, 16e9])
    assert [row["newer top-1 [%]"] for row in rows] == ["", "", "80"]
