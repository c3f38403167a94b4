import pytest

from evonas.commands.retarget_arguments import check_retarget, retarget_parser
from evonas.runs.manifest import CONFIG


def checked(*words):
    check_retarget(retarget_parser().parse_args([*words]))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], r"nothing to aim at: name a target, such as raspberry-pi-4"),
        (["--target", "pi"], r"unknown device 'pi'"),
        (["--target", "a100", "--target", "a100:b1"], r"target a100 is named twice"),
        (["--target", "a100", "--where", "latency"], r"cannot read the limit 'latency'"),
        (
            ["--target", "a100", "--out", __file__],
            r"--out .*test_retarget_arguments.py is no fo",
        ),
        (["--target", "a100"], r"no run at none: there is no such directory"),
    ],
)
def test_what_cannot_be_is_refused_early(words, message):
    with pytest.raises((ValueError, OSError), match=message):
        checked("none", *words)


def test_what_can_be_needs_nothing_but_a_run(tmp_path):
    (tmp_path / CONFIG).write_text("{}")
    with pytest.raises(ValueError, match=r"config\.json"):
        checked(str(tmp_path), "--target", "a100:b32")
