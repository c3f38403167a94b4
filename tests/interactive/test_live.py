import sys
from types import SimpleNamespace

import pytest

from evonas.interactive import live
from evonas.interactive.live import Cell, View, in_notebook


def shell(*names):
    """A shell of IPython whose class has some ancestors."""
    made = object
    for name in names:
        made = type(name, (made,), {})
    return made()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("ZMQInteractiveShell",), True),
        (("ZMQInteractiveShell", "Shell"), True),  # of Colab
        (("TerminalInteractiveShell",), False),
    ],
)
def test_a_kernel_is_told_from_a_terminal(monkeypatch, names, expected):
    ipython = SimpleNamespace(get_ipython=lambda: shell(*names))
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    assert in_notebook() is expected


def test_without_ipython_or_without_a_shell_of_it_there_is_no_notebook(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not in_notebook()
    monkeypatch.delitem(sys.modules, "IPython")
    assert not in_notebook()
    assert "IPython" not in vars(live)


def test_a_view_is_plain_text_and_html_with_nothing_of_it_taken_for_html():
    view = View("3 of 4 measured, <b>", done=3, total=4, notes=("<script>", "go on"))
    assert repr(view) == "75% 3 of 4 measured, <b>\n<script>\ngo on"
    assert view._repr_html_() == (
        '<div><progress value="3" max="4"></progress> 3 of 4 measured, &lt;b&gt;'
        "<br><small>&lt;script&gt;</small><br><small>go on</small></div>"
    )


def test_without_a_total_there_is_no_bar_and_more_than_all_is_all():
    assert View("on and on", done=7)._repr_html_() == "<div>on and on</div>"
    assert repr(View("on", done=7)) == "on"
    assert 'value="4" max="4"' in View("on", done=7, total=4)._repr_html_()
    assert repr(View("on", done=7, total=4)) == "100% on"


def test_a_cell_has_one_output_that_changes(monkeypatch):
    shown = []
    handle = SimpleNamespace(update=lambda view: shown.append(("changed", view)))

    def display(view, *, display_id):
        shown.append(("made", view))
        return handle if display_id else None

    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace())
    cell, views = Cell(), [View("one"), View("two"), View("three")]
    for view in views:
        cell.show(view)
    assert shown == [("made", views[0]), ("changed", views[1]), ("changed", views[2])]
