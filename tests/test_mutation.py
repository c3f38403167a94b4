import ast
import time

import pytest
from mutation import MODULES, ROOT, Copy, campaign, changes_of, main


def made(text):
    return [change.made_in(text) for change in changes_of(text)]


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("a + 1", {"(a - 1)", "(a)", "(1)", "a + 2"}),
        ("-b", {"(b)"}),
        ("x < 1.5", {"(x > 1.5)", "(x <= 1.5)", "x < 1.6500000000000001"}),
        ("p and q", {"(p or q)", "(p)", "(q)"}),
        ("max(a, b)", {"min(a, b)"}),
        ("F.min(0)", {"F.max(0)", "F.min(1)"}),
        ("y if z else w", {"(w if z else y)"}),
        ("f(exact=True)", {"f(exact=False)"}),
        ("f('text', f'{a + 1}')", set()),
    ],
)
def test_every_kind_of_change_is_made(text, changed):
    assert set(made(text)) == changed


def test_annotations_and_decorators_stay_and_letters_of_several_bytes_do_no_harm():
    text = "@cached(7)\ndef mean(é: int | None) -> 3:\n    return 'ü', é * 2\n"
    assert len(made(text)) == 4
    for changed in made(text):
        assert changed.startswith("@cached(7)\ndef mean(é: int | None) -> 3:\n    return 'ü', ")


@pytest.mark.parametrize("module", MODULES)
def test_every_change_is_a_text_of_python_that_says_something_else(module):
    text = (ROOT / "evonas" / f"{module}.py").read_text(encoding="utf-8")
    whole = ast.dump(ast.parse(text))
    for change in changes_of(text)[::7]:
        assert ast.dump(ast.parse(change.made_in(text))) != whole


HALF = "def half(x):\n    return x / 2\n"


def copy_with(test, folder):
    """A copy of a checkout of one module, which has this test."""
    for name, text in {
        "evonas/__init__.py": "",
        "evonas/small.py": HALF,
        "tests/test_small.py": f"from evonas.small import half\ndef test_half(): {test}\n",
    }.items():
        path = folder / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Copy(folder / "copy", root=folder / "checkout")


@pytest.mark.parametrize(("number", "n", "n_missed"), [(3, 1, 0), (0, 2, 1)])
def test_a_campaign_tells_good_tests_from_bad_ones(number, n, n_missed, tmp_path):
    """Of nothing, the half and the double and all of it are the same."""
    copy = copy_with(f"assert half({number}) == {number / 2}", tmp_path)
    until = time.monotonic() + 600
    n_tried, missed = campaign(copy, "small", n=n, seed=0, until=until)
    assert n_tried == n
    assert n_missed <= len(missed) <= n * (n_missed > 0)
    assert (copy.folder / "evonas/small.py").read_text() == HALF


def test_tests_that_fail_without_any_change_are_refused(tmp_path):
    copy = copy_with("assert False", tmp_path)
    with pytest.raises(ValueError, match="the tests of small fail as they are; mend th"):
        campaign(copy, "small", n=1, seed=0, until=time.monotonic() + 600)


def test_a_module_that_does_not_exist_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--module", "bench/jury"])
    assert "no module 'bench/jury' in evonas; name one as in bench/judge" in (
        capsys.readouterr().err
    )
