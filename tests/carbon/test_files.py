import json
from dataclasses import asdict

import pytest
from sample_networks import fitted

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.files import overruled, read_assumptions
from evonas.carbon.grids import GRIDS
from evonas.hardware.devices import DEVICES
from evonas.hardware.roofline import Calibration


def test_an_empty_file_leaves_everything_as_it_is():
    assert read_assumptions({}) == Assumptions()


def test_a_file_may_set_everything():
    calibration = Calibration(
        "here", "2026-01-01", "toy", training=fitted(constant=1.0), inference=fitted()
    )
    life = Assumptions(
        device=DEVICES["a100"],
        grid=GRIDS["fra"],
        calibration=calibration,
        training_hours=3.0,
        utilisation=0.3,
        host_w=100.0,
        pue=1.2,
        trainings=10.0,
        inferences=1e9,
        epochs=90.0,
        training_images=1_281_167,
        validation_images=50_000,
        training_batch=256,
        released=2,
        precision="bf16",
        inference_batch=32,
        runtime="onnx",
        accelerators=8,
    )
    words = {n: value for n, value in asdict(life).items() if n not in ("bounds", "end")}
    assert read_assumptions(json.loads(json.dumps(words))) == life


def test_calibrations_of_earlier_versions_are_read():
    """Their models told of no absurd timings, their calibrations of no runtime."""
    model = {
        "coefficients": {"constant": 1e-4, "conv.flops": 2e-11},
        **{"batch": 128, "n_fitted": 80, "n_held_out": 40},
        **{"r2": -0.2, "spearman": 0.9, "relative_error": 0.3},
    }
    written = {"device": "here", "date": "2026-01-01", "space": "toy"}
    told = {**written, "training": model, "inference": model}
    found = read_assumptions({"calibration": told}).calibration
    assert (found.runtime, found.training.n_absurd, found.training.r2) == ("torch", 0, -0.2)


def test_a_calibration_may_tell_of_inference_alone():
    here = Calibration("here", "2026-01-01", "toy", training=None, inference=fitted())
    words = {"calibration": json.loads(json.dumps(asdict(here)))}
    assert read_assumptions(words).calibration == here


def test_devices_and_grids_go_by_their_names():
    life = read_assumptions({"device": "h100", "grid": "us-ca"})
    assert life.device == DEVICES["h100"]
    assert life.grid == GRIDS["us-ca"]


def test_a_grid_may_be_a_number_of_the_users_own():
    assert read_assumptions({"intensity_g_per_kwh": 30}).grid.intensity_g_per_kwh == 30


def test_the_published_equations_come_with_their_own_grid_unless_another_is_named():
    published = read_assumptions({"model": "fu2021"})
    assert published.intensity_g_per_kwh == 707  # Fu et al. 2021, Eq. 2
    assert read_assumptions({"model": "fu2021", "grid": "fra"}).grid == GRIDS["fra"]
    own = read_assumptions({"model": "fu2021", "intensity_g_per_kwh": 30})
    assert own.intensity_g_per_kwh == 30
    assert published.at("low") == published.at("high") == published


def test_citations_stand_for_trainings():
    assert (
        read_assumptions({"citations": 73_000}).trainings == 3.65e6
    )  # Fu et al. 2021: 50 each
    assert read_assumptions({"citations": 10, "trainings_per_citation": 2}).trainings == 20


def test_three_numbers_are_low_central_and_high():
    life = read_assumptions({"pue": [1.1, 1.2, 1.4], "intensity_g_per_kwh": [20, 30, 50]})
    assert (life.at("low").pue, life.pue, life.at("high").pue) == (1.1, 1.2, 1.4)
    assert life.at("high").intensity_g_per_kwh == 50


def test_the_higher_utilisation_is_the_end_that_emits_less():
    life = read_assumptions({"utilisation": [0.2, 0.4, 0.7]})
    assert (life.at("low").utilisation, life.at("high").utilisation) == (0.7, 0.2)


def test_this_machine_is_a_device():
    device = read_assumptions({"device": "this-machine"}).device
    assert device.name == "this-machine"
    assert "assumed" in device.source


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            {"devise": "a100"},
            r"unknown assumption 'devise' \(did you mean 'device'\?\);",
        ),
        ({"device": "a1000"}, r"unknown device 'a1000' \(did you mean a100"),
        ({"grid": "france"}, "unknown grid 'france'"),
        ({"grid": 475}, "unknown grid 475"),
        ({"pue": "high"}, "pue is 'high'; expected a number"),
        ({"pue": True}, "pue is True; expected a number"),
        ({"pue": [1, 2]}, r"pue is \[1, 2\]; expected a number, or three: low, central, high"),
        ({"pue": [1.4, 1.2, 1.1]}, r"pue is \[1.4, 1.2, 1.1\]; expected them ascending"),
        ({"epochs": [1, 2, 3]}, r"epochs is \[1, 2, 3\]; expected a number$"),
        ({"pue": 0.5}, "Assumptions.pue must be in"),
        ({"device": {"name": "x"}}, "cannot read device: .*tdp_w.*; it may have name, tdp_w"),
        ({"calibration": 3}, "calibration is 3; expected keys and values"),
        ({"calibration": {"training": {}}}, "cannot read calibration.training"),
        ({"grid": "fra", "intensity_g_per_kwh": 3}, "grid and intensity_g_per_kwh contradict"),
        ({"trainings": 1, "citations": 3}, "trainings and citations contradict each other"),
        ({"trainings_per_citation": 3}, "trainings_per_citation needs citations"),
    ],
)
def test_a_mistake_in_a_file_is_named(words, expected):
    with pytest.raises(ValueError, match=expected):
        read_assumptions(words)


@pytest.mark.parametrize(
    ("grid", "expected"),
    [
        ("germany", "deu, Germany"),
        ("Frankreich", "fra, France"),
        ("FRA", "fra, France"),
        ("united kingdom", "gbr, United Kingdom"),
    ],
)
def test_a_grid_is_suggested_by_its_place_as_well(grid, expected):
    with pytest.raises(ValueError, match=f"unknown grid '{grid}' .did you mean .*{expected}"):
        read_assumptions({"grid": grid})


def test_flags_take_the_places_of_what_they_contradict_and_of_nothing_else():
    file = {"device": "a100", "grid": "fra", "citations": 3, "pue": 1.2}
    flags = {"target": "h100", "intensity_g_per_kwh": 30.0, "inferences": 7.0, "pue": None}
    assert overruled(file, flags) == {
        "device": "h100",
        "intensity_g_per_kwh": 30.0,
        "citations": 3,
        "pue": 1.2,
        "inferences": 7.0,
    }
    assert overruled(file, {"trainings": 9.0}) == {
        **{"device": "a100", "grid": "fra", "pue": 1.2, "trainings": 9.0}
    }


def test_bounds_come_with_their_number_and_not_by_themselves():
    with pytest.raises(ValueError, match="unknown assumption 'bounds'"):
        read_assumptions({"bounds": [["pue", 1.0, 2.0]]})


def test_making_the_device_counts_where_a_file_says_so_and_not_by_default():
    assert read_assumptions({}).embodied_g_per_hour == 0
    life = read_assumptions({"embodied": True})
    assert (
        life.at("low").embodied_g_per_hour
        < life.embodied_g_per_hour
        == pytest.approx(
            1000 * (150 + 2500 / 8) / (6 * 8760 * 0.85)  # Luccioni et al. 2022
        )
    )
    stated = read_assumptions({"embodied_g_per_hour": 3.0, "device": "raspberry-pi-4"})
    assert stated.embodied_g_per_hour == stated.at("high").embodied_g_per_hour == 3.0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"embodied": "yes"}, "embodied is 'yes'; expected true or false"),
        ({"embodied": True, "embodied_g_per_hour": 1.0}, "contradict each other; give one"),
        ({"embodied": True, "device": "stm32h7"}, "what making a device like stm32h7 emits"),
        ({"grid": "day.csv"}, "'day.csv' is a trace, which is for a run that has ended"),
    ],
)
def test_what_cannot_be_made_or_traced_is_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        read_assumptions(settings)


def test_a_device_may_be_told_with_how_the_network_runs_there():
    life = read_assumptions({"device": "a100:bf16:b32:compiled"})
    assert (life.device.name, life.precision) == ("a100", "bf16")
    assert (life.inference_batch, life.runtime) == (32, "compiled")
    assert read_assumptions({"device": "a100:b8", "inference_batch": 8}).inference_batch == 8


def test_a_target_that_contradicts_another_word_is_refused():
    told = r"precision is 'fp16' and the target 'a100:bf16' says 'bf16'; give one"
    with pytest.raises(ValueError, match=told):
        read_assumptions({"device": "a100:bf16", "precision": "fp16"})


def test_a_file_tells_batches_and_accelerators():
    life = read_assumptions({"inference_batch": 8, "training_batch": 64, "accelerators": 4})
    assert (life.inference_batch, life.training_batch, life.accelerators) == (8, 64, 4)


def test_the_end_of_a_range_is_no_assumption_of_a_file():
    with pytest.raises(ValueError, match="unknown assumption 'end'"):
        read_assumptions({"end": "low"})
