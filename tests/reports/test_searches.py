import csv

from evonas.carbon.literature import NETWORKS, Network
from evonas.reports.searches import HEADER, searches_in_words, write_searches

MADE = (
    Network("found", 75.0, 1.0, None, 100.0, "v100", True, "made up (2020)"),
    Network("vain", 74.0, 3.0, None, 9.6, "", True, "made up (2020)"),
    Network("best", 90.0, 1.0, None, 1.0, "", True, "made up (2020)"),
    Network("odd", 74.0, 1.0, None, 1.0, "abacus", True, "made up (2020)"),
    Network("mute", 74.0, 1.0, None, None, "", True, "made up (2020)"),
    Network("hand", 75.0, 2.0, None, None, "", False, "made up (2020)"),
)


def test_who_has_paid_who_never_does_and_who_is_missing_are_all_named():
    first, _, row, *rest = searches_in_words(MADE)
    assert first.startswith("When 2 searches have paid for themselves")
    assert row.split() == ["found", "75.0", "38.8", "hand", "(75.0)", "2", "1,413"]
    assert rest == [
        "Never: vain.",
        "More accurate than any made by hand here, or of unpublished multiply-accumulates: "
        "best.",
        "Without published hours, or on an accelerator that is not listed: odd (abacus), mute.",
    ]


def test_the_table_holds_every_search_with_its_source(tmp_path):
    file = write_searches(tmp_path / "searches.csv", NETWORKS.values())
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert tuple(rows[0]) == HEADER
    assert len(rows) == sum(network.is_searched for network in NETWORKS.values())
    assert all(row["source"] for row in rows)
    assumed = {row["network"] for row in rows if row["accelerator"] == "V100 assumed"}
    assert "CARS-I" in assumed
    assert "DARTS" not in assumed
