import re

import pytest

from evonas.commands.training_checks import check_predict, check_resumed, check_train
from evonas.commands.training_parsers import predict_parser, train_parser
from evonas.config import Config
from evonas.models.order import TrainingOrder


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "name one: a RUN to pick from, --problem with --architecture, or --resume FOLDER"),
        ("run --problem digits", "name one: a RUN"),
        ("--problem digits", "--problem and --architecture are given together, without a RUN"),
        ("run --architecture 1-2", "--problem and --architecture are given together"),
        (
            "--problem digit --architecture 1",
            r"unknown problem 'digit' \(did you mean 'digits'",
        ),
        ("run --genome 1-2 --knee", "--genome names an architecture: leave out the other ways"),
        ("run --genome 1-2 --best acc", "--genome names an architecture"),
        ("run --knee --near 1,2", "--knee and --near exclude each other"),
        ("run --genome one", "cannot read the genome 'one'"),
        ("run --where acc", "acc"),
        ("--problem digits --architecture 1 --from-proxy", "--from-proxy is for a RUN"),
        ("run --front --best acc", "--front trains every member: leave out --best, or --front"),
        ("run --front --genome 1-2", "--front trains every member: leave out --genome"),
        ("--problem digits --architecture 1 --front", "--front is for a RUN"),
        ("run --budget-time 2h", "--budget-time is for --front"),
        ("run --front --budget-time 2", "cannot read the --budget-time '2'"),
        ("run --threads 0", "--threads must be at least 1, got 0"),
        ("run --seeds x", "cannot read the seeds 'x'"),
        ("run --amp maybe", "unknown amp 'maybe'; choose from auto, on, off"),
        ("run", "no run at run: there is no such directory"),
        ("--resume none", "no model folder at none"),
        ("--resume FOLDER --option a=1", "goes on with what its folder holds: leave out --opt"),
        ("--resume FOLDER --knee", "goes on with what its folder holds: leave out --knee"),
        ("--resume FOLDER --where a<=1", "goes on with .* holds: leave out --where"),
        ("--resume FOLDER --front", "goes on with what its folder holds: leave out --front"),
        ("--resume FOLDER --budget-time 1h", "folder holds: leave out --budget-time"),
        ("--resume FOLDER --out b", "goes on with what its folder holds: leave out --out"),
    ],
)
def test_what_cannot_be_trained_is_refused(tmp_path, words, message):
    given = [word.replace("FOLDER", str(tmp_path)) for word in words.split()]
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        check_train(train_parser().parse_args(given))


def test_what_is_said_again_as_it_is_stored_may_stand_beside_what_is_gone_on_with():
    order = TrainingOrder(config=Config(problem="digits"), genome=(0,), seeds=(0, 1))
    for words in ("", "--seeds 0,1", "--threads 1 --epochs 30 --seeds 00,1 --quiet"):
        check_resumed(train_parser().parse_args(["--resume", "a", *words.split()]), order)
    given = train_parser().parse_args(["--resume", "a", "--warmup", "0"])
    with pytest.raises(ValueError, match=r"^--warmup 0\.0: a was begun with 0\.1, which --re"):
        check_resumed(given, order)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("none a.png", "no model at none: there is no such directory"),
        ("FOLDER a.png", "no file at a.png"),
        ("FOLDER FOLDER --top 0", "--top must be at least 1, got 0"),
        ("FOLDER FOLDER --budget 1 --confidence 1", "give --budget or --confidence, not both"),
        ("FOLDER FOLDER --confidence 1.5", "--confidence must be from 0 to 1, got 1.5"),
    ],
)
def test_what_cannot_be_predicted_is_refused(tmp_path, words, message):
    given = [word.replace("FOLDER", str(tmp_path)) for word in words.split()]
    with pytest.raises((ValueError, FileNotFoundError), match=re.escape(message)):
        check_predict(predict_parser().parse_args(given))
