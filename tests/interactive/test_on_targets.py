from priced_runs import FAST, SLOW, priced

from evonas.interactive.on_targets import OnTargets
from evonas.reports.retargeted_words import in_words


def test_it_is_what_was_found_and_prints_as_words():
    found = priced()
    shown = OnTargets.of(found)
    assert shown.fronts == found.fronts
    assert str(shown).splitlines() == in_words(found)
    assert repr(shown) == f"<OnTargets mine: 5 architectures on {SLOW}, {FAST}>"


def test_a_notebook_shows_the_words_escaped():
    html = OnTargets.of(priced(limits=[f"latency@{SLOW}<=1000"]))._repr_html_()
    assert html.startswith("<pre>Run mine: ")
    assert f"latency@{SLOW}&lt;=1000" in html


def test_it_writes_what_the_command_writes(tmp_path):
    files = OnTargets.of(priced()).write(tmp_path / "new")
    assert [file.name for file in files][:2] == ["targets.csv", "start.json"]
    assert all(file.is_file() for file in files)
