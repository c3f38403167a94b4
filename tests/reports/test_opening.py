from dataclasses import asdict

import pytest

from evonas.config import Config
from evonas.data.published import DataInfo
from evonas.listener import Start
from evonas.reports.opening import opening
from evonas.space import Gene, SearchSpace

SPACE = SearchSpace([Gene("width", (8, 16, 32)), Gene("depth", (1, 2))])


def told(config=None, **resolved):
    return opening(Start(config or Config(), resolved, lambda: None))


def test_a_search_of_networks_says_all_that_decides_its_worth(tmp_path):
    info = DataInfo(str(tmp_path), 3, 64, 7, 1200, 300, 400, flip=True)
    lines = told(
        Config(problem="nets.py:Mine"),
        data=asdict(info),
        device="cpu",
        n_jobs=2,
        space=SPACE.as_dicts(),
        notes=["2 bad files are left out"],
    )
    assert lines == [
        f"nets.py:Mine; {tmp_path} with 7 classes; 1,200 images to train, 300 to validate and "
        "400 to test, each cut to its central square and scaled to 64 x 64 pixels, 3 channels; "
        "on cpu; 2 workers; 6 architectures in the space",
        "Of the data: 2 bad files are left out.",
    ]


def test_how_good_calibrated_times_are_is_told_before_anything_is_measured():
    model = {
        "coefficients": {"constant": 1e-4},
        **{"batch": 1, "n_fitted": 8, "n_held_out": 4},
        **{"r2": 0.91, "spearman": 0.9, "relative_error": 0.3},
    }
    here = {"device": "a core", "date": "2026-01-01", "space": "toy"}
    carbon = {"calibration": {**here, "training": model, "inference": {**model, "r2": 0.82}}}
    assert told(Config(carbon=carbon))[1] == (
        "times calibrated on a core, 2026-01-01, networks of toy; R2 on held-out networks: "
        "training 0.910, inference 0.820 (torch)"
    )


def test_of_sequences_the_steps_are_told():
    info = DataInfo("waves.npz", 2, 0, 3, 1000, 300, 400, flip=False, length=1200)
    assert (
        "waves.npz with 3 classes; 1,000 sequences to train, 300 to validate and 400 to test, "
        "of 1,200 steps, 2 channels; "
    ) in told(data=asdict(info), n_jobs=1)[0]


def test_a_published_set_is_not_cut():
    info = DataInfo("digits", 1, 8, 10, 1000, 300, 400, flip=False)
    assert (
        "to test, of 8 x 8 pixels, 1 channel; " in told(data=asdict(info), n_jobs=1)[0] + "; "
    )


@pytest.mark.parametrize(
    ("n_jobs", "genes", "expected"),
    [
        (0, SPACE.genes, "digits; in this process; 6 architectures in the space"),
        (1, [Gene(f"g{i}", (1, 2)) for i in range(40)], "digits; 1 worker; 1.1e+12 arch"),
        (1, [Gene(f"g{i}", (1, 2)) for i in range(9999)], "digits; 1 worker; over 1e300 arch"),
    ],
)
def test_a_search_without_images_says_workers_and_space(n_jobs, genes, expected):
    (line,) = told(n_jobs=n_jobs, space=[gene.as_dict() for gene in genes])
    assert line.startswith(expected)


def test_a_plain_pymoo_problem_has_variables_and_no_choices():
    variables = [{"name": f"x{i}", "choices": None, "ordered": None} for i in range(4)]
    assert told(n_jobs=1, space=variables) == ["digits; 1 worker; 4 variables"]
    assert told(n_jobs=1, space=variables[:1]) == ["digits; 1 worker; 1 variable"]
