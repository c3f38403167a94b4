import base64
import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from evonas.config import Config
from evonas.objectives import ACC, FLOPS, PARAMS, TEST_ACC, Constraint, Goals
from evonas.record import Record
from evonas.reports.html import folded, front_table, paragraph, picture, table
from evonas.runs.run import Run


class Seen(HTMLParser):
    """What a browser makes of HTML: its tags, and its texts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data)


WORDS = st.text(alphabet=st.sampled_from("<>&\"'ab/=!-"), min_size=1)


@given(text=WORDS)
def test_no_text_can_be_taken_for_html(text):
    made = table([text], [[text]], titles=[text]) + paragraph(text) + folded(text, "")
    made += picture(b"1", kind="png", alt=text)
    seen = Seen(made)
    assert seen.tags == [
        *("table", "thead", "tr", "th", "tbody", "tr", "td", "p", "details", "summary", "img")
    ]
    assert "".join(seen.texts) == text * 4


def test_a_picture_lies_within_the_page():
    made = picture(b"a picture", kind="svg+xml", alt="a front", width=90)
    data = re.search(r'src="data:image/svg\+xml;base64,([^"]*)"', made)[1]
    assert base64.b64decode(data) == b"a picture"
    assert 'alt="a front" width="90">' in made


def run_of(n):
    """A run with a front of a size."""
    records = [
        Record((i,), {"acc": 50.0 + i, "flops": 10.0**i, "params": 5e6 * i}, 1.0)
        for i in range(n)
    ]
    return Run("mine", tuple(records), Goals((ACC, FLOPS)), metrics=(PARAMS, TEST_ACC))


def test_the_front_has_short_ids_and_units_best_first():
    run = run_of(2)
    assert Seen(front_table(run)).texts == [
        *("id", "acc [%]", "flops [FLOP]"),
        *(run.ids[(1,)], "51", "10"),
        *(run.ids[(0,)], "50", "1"),
    ]
    assert 'title="1"' in front_table(run)  # the genome


def test_what_is_demanded_and_what_the_front_alone_is_measured_for_is_shown():
    run = run_of(2)
    told = Record((9,), {"acc": 99.0, "flops": 0.5, "params": 7.0, "test_acc": 88.0}, 1.0)
    goals = replace(run.goals, constraints=(Constraint.parse("params<=1e6"),))
    texts = Seen(front_table(replace(run, goals=goals, records=(*run.records, told)))).texts
    assert texts == [
        *("id", "acc [%]", "flops [FLOP]", "params", "test_acc [%]"),
        *(texts[5], "99", "0.5", "7", "88"),
    ]


def test_a_metric_that_a_member_lacks_is_a_dash():
    run = run_of(1)
    told = Record((9,), {"acc": 99.0, "flops": 50.0, "test_acc": 88.0}, 1.0)
    texts = Seen(front_table(replace(run, records=(*run.records, told)))).texts
    assert texts[-1] == "-"


def test_a_long_front_is_cut_and_says_by_how_much():
    made = front_table(run_of(43))
    assert made.count("<tr") == 1 + 20
    assert Seen(made).texts[-1] == "... and 23 more"
    assert "more" not in front_table(run_of(20))


def test_a_run_without_a_front_has_an_empty_table():
    run = Run("none", (), Goals((ACC, FLOPS)), config=Config())
    assert Seen(front_table(run)).texts == ["id"]
