import re

import pytest

from evonas.commands.training_checks import check_predict, check_train
from evonas.commands.training_parsers import predict_parser, train_parser


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
        ("run --option a=1", "--option is for --problem; a run has its own"),
        ("run --genome 1-2 --knee", "--genome names an architecture: leave out the other ways"),
        ("run --genome 1-2 --best acc", "--genome names an architecture"),
        ("run --knee --near 1,2", "--knee and --near exclude each other"),
        ("run --genome one", "cannot read the genome 'one'"),
        ("run --where acc", "acc"),
        ("run --threads 0", "--threads must be at least 1, got 0"),
        ("run --seeds x", "cannot read the seeds 'x'"),
        ("run --amp maybe", "unknown amp 'maybe'; choose from auto, on, off"),
        ("run", "no run at run: there is no such directory"),
        ("--resume none", "no model folder at none"),
    ],
)
def test_what_cannot_be_trained_is_refused(words, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        check_train(train_parser().parse_args(words.split()))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("none a.png", "no model at none: there is no such directory"),
        ("FOLDER a.png", "no image at a.png"),
        ("FOLDER FOLDER --top 0", "--top must be at least 1, got 0"),
        ("FOLDER FOLDER --budget 1 --confidence 1", "give --budget or --confidence, not both"),
        ("FOLDER FOLDER --confidence 1.5", "--confidence must be from 0 to 1, got 1.5"),
    ],
)
def test_what_cannot_be_predicted_is_refused(tmp_path, words, message):
    given = [word.replace("FOLDER", str(tmp_path)) for word in words.split()]
    with pytest.raises((ValueError, FileNotFoundError), match=re.escape(message)):
        check_predict(predict_parser().parse_args(given))
