import base64
import hashlib
import json
import os
import re
import subprocess
import sys

import pytest
from pages.sample_runs import write_run

from evonas.pages.page import INDEX, REPORT, assembled, replace_text, report_page, write_report
from evonas.pages.payload import News
from evonas.runs.reading import open_run

HEAVY = ("torch", "matplotlib", "pymoo", "sklearn", "joblib", "scipy")


def data_of(text):
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text)
    return json.loads(found[1])


def policy_of(text):
    return re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]


def test_the_page_lies_in_the_run_and_holds_all_that_it_shows(tmp_path):
    run = write_run(tmp_path / "run", n=12)
    out = write_report([run], networks="none")
    assert out == run / "report.html"
    text = out.read_text()
    (told,) = data_of(text)["runs"]
    assert told["ids"] == [open_run(run).ids[r.genome] for r in open_run(run).records]
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", text)
    assert "@import" not in text
    assert "{{" not in text.partition('<script type="application/json"')[0]


def test_the_page_of_several_runs_lies_where_it_was_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = [write_run(tmp_path / name, n=4) for name in "ab"]
    assert str(write_report(runs, networks="none")) == "report.html"
    assert [run["name"] for run in data_of((tmp_path / "report.html").read_text())["runs"]] == [
        *"ab"
    ]


def test_the_policy_allows_this_script_and_this_look_and_nothing_else(report):
    text = report.read_text()
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        (inner,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{rule} 'sha256-{digest}'" in policy_of(text)
    assert "default-src 'none'" in policy_of(text)
    assert "connect-src 'none'" in policy_of(text)
    assert "unsafe" not in policy_of(text)


def test_only_a_page_that_was_served_may_ask_its_server(sample):
    text = report_page([open_run(sample)], news=News(1.0, source="/data?run=sample"))
    assert "connect-src 'self'" in policy_of(text)


@pytest.mark.parametrize("text", ["</script>", "<!--", "{{js}}", "\u2028", "&amp;", '"'])
def test_whatever_stands_in_the_data_is_data(text):
    data = {"title": text, "source": "", "told": [text]}
    page = assembled(data, frame="report", scripts=REPORT)
    assert data_of(page) == data
    assert page.count("</script>") == 2


def test_the_list_of_runs_is_a_page_as_well():
    page = assembled({"title": "a", "source": "/runs.json"}, frame="index", scripts=INDEX)
    assert "connect-src 'self'" in policy_of(page)


def test_a_report_needs_a_run():
    with pytest.raises(ValueError, match="a report needs a run at least"):
        report_page([])


def test_what_is_no_run_has_no_page(tmp_path):
    with pytest.raises(FileNotFoundError, match="is not a run of evonas"):
        write_report([tmp_path])


def test_a_page_that_cannot_be_written_is_named_and_leaves_nothing(tmp_path):
    with pytest.raises(OSError, match=r"cannot write .*page\.html: No such file"):
        replace_text(tmp_path / "none" / "page.html", "")
    (tmp_path / "page.html").mkdir()
    with pytest.raises(OSError, match=r"cannot write .*page\.html"):
        replace_text(tmp_path / "page.html", "")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_link_is_replaced_and_not_followed(tmp_path):
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "page.html").symlink_to(other)
    replace_text(tmp_path / "page.html", "é")
    assert other.read_text() == "mine"
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == "é"
    assert os.stat(tmp_path / "page.html").st_mode & 0o444 == 0o444


def test_a_page_without_networks_needs_nothing_heavy(sample, tmp_path):
    lines = (
        "import sys",
        "from evonas.pages import write_report",
        f"write_report([{str(sample)!r}], {str(tmp_path / 'a.html')!r}, networks='none')",
        f"print([name for name in {HEAVY} if name in sys.modules])",
    )
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
