import json
import math
from dataclasses import replace
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.record import Record, merge

values = st.dictionaries(
    st.sampled_from(["acc", "loss"]), st.floats(-1e6, 1e6, allow_nan=False), min_size=1
)
labels = st.sampled_from(["epochs=1", "epochs=3", "subset=100"])
partials = st.dictionaries(labels, values)


@given(values, partials)
def test_a_record_reads_back_as_it_was_written(metrics, partial):
    record = Record((1, 2), {"flops": 5.0, **metrics}, 0.5, partial=partial)
    assert Record.from_line(record.to_line()) == record


@given(values, partials, labels)
def test_at_a_fidelity_what_was_trained_so_stands_beside_what_is_exact(metrics, partial, label):
    record = Record((1,), {"flops": 5.0, **metrics}, 0.0, partial=partial)
    assert record.at("") == record.metrics
    if label in partial:
        assert record.at(label) == {**record.metrics, **partial[label]}
    else:
        assert record.at(label) is None
    assert record.measured == {"flops", *metrics}.union(*partial.values())


def test_lines_that_name_a_metric_by_its_fidelity_are_read_as_well():
    body = {
        "genome": [1],
        "metrics": {"flops": 5.0, "acc@epochs=1": 40.0, "acc@epochs=3": 60.0},
        "seconds": 1.0,
        "error": None,
        "seed": 7,
        "fidelity": "epochs=3",
    }
    text = json.dumps(body)[:-1].encode()
    record = Record.from_line(text + b', "crc": "%08x"}' % crc32(text))
    assert record.metrics == {"flops": 5.0}
    assert record.partial == {"epochs=1": {"acc": 40.0}, "epochs=3": {"acc": 60.0}}
    assert record.at("epochs=1") == {"flops": 5.0, "acc": 40.0}


def test_merging_keeps_what_every_fidelity_has_shown():
    first = Record(
        (1,), {"flops": 5.0}, 1.0, fidelity="epochs=1", partial={"epochs=1": {"a": 1.0}}
    )
    whole = Record((1,), {"flops": 5.0, "a": 3.0}, 2.0)
    merged = merge(first, whole)
    assert (merged.at("epochs=1"), merged.at("")) == (
        {"flops": 5.0, "a": 1.0},
        {"flops": 5.0, "a": 3.0},
    )
    assert (merged.fidelity, merged.seconds) == ("", 3.0)
    failed = merge(first, Record((1,), {}, 2.0, error="broke"))
    assert (failed.metrics, failed.partial, failed.error) == ({}, {}, "broke")


def test_the_first_keeps_the_word_where_it_was_the_whole_or_had_failed():
    whole = Record((1,), {"a": 3.0}, 1.0, effort=4.0, cpu_seconds=0.5)
    broken = Record((1,), {}, 2.0, error="broke", kind="raised", effort=5.0, cpu_seconds=0.25)
    kept = merge(whole, broken)
    assert (kept.error, kept.metrics) == (None, {"a": 3.0})
    assert (kept.seconds, kept.effort, kept.cpu_seconds) == (3.0, 9.0, 0.75)
    low = replace(broken, fidelity="epochs=1")
    for first in (broken, low):
        kept = merge(first, whole)
        assert (kept.error, kept.kind, kept.metrics) == ("broke", "raised", {})


def test_what_is_not_said_of_a_record_is_nothing():
    record = Record((1,), {}, 0.0)
    assert record.seed == record.effort == record.cpu_seconds == 0
    assert (record.error, record.kind, record.fidelity) == (None, "", "")


def test_a_failure_with_values_of_a_fidelity_is_refused():
    record = Record((1,), {}, 1.0, error="broke", partial={"epochs=1": {"acc": 1.0}})
    with pytest.raises(ValueError, match="it failed, and yet has metrics"):
        record.to_line()


def test_what_a_candidate_said_steers_no_terminal_and_can_be_read_back():
    said = "Error: \x1b[2J \ud800 \u202e"
    record = Record((1,), {}, 1.0, error=said, trace=("\x1b]0;title\x07", "\tat"))
    assert record.error == "Error: \\x1b[2J \\ud800 \\u202e"
    assert record.trace == ("\\x1b]0;title\\x07", " at")
    assert Record.from_line(record.to_line()) == record


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seconds": -1.0}, "the seconds or the effort are negative"),
        ({"cpu_seconds": -1.0}, "the seconds or the effort are negative"),
        ({"effort": -1.0}, "the seconds or the effort are negative"),
        ({"genome": (math.nan,)}, "a gene is neither a number nor a text"),
        ({"genome": ((1, 2),)}, "a gene is neither a number nor a text"),
    ],
)
def test_what_cannot_be_is_neither_written_nor_read(change, message):
    with pytest.raises(ValueError, match=message):
        replace(Record((1,), {}, 1.0), **change).to_line()


@pytest.mark.parametrize("gene", [None, True, "relu", -2, 0.5])
def test_plain_genes_of_every_kind_read_back(gene):
    record = Record((gene,), {"acc": 1.0}, 1.0)
    assert Record.from_line(record.to_line()).genome == (gene,)
