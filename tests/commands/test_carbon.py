import csv
import json
import re
from argparse import Namespace
from dataclasses import replace

import pytest

from evonas.carbon.assumptions import Assumptions
from evonas.carbon.footprint import IMAGENET
from evonas.carbon.model import lifetime, price
from evonas.commands import carbon as footprint
from evonas.networks.zoo import count_network
from evonas.reports.priced_front import price_front
from evonas.runs.reading import open_run


def said(capsys, *arguments):
    status = footprint.main(list(map(str, arguments)))
    told = capsys.readouterr()
    return status, told.out, told.err


def test_a_network_of_torchvision_is_priced(capsys, tmp_path):
    status, out, _ = said(
        capsys,
        *("--model", "torchvision.models:resnet50", "--input", "3x224x224"),
        *("--baseline", "mobilenet_v2", "--json", tmp_path / "price.json"),
    )
    assert status == 0
    assert "torchvision.models:resnet50: 8.178 GFLOP, 25.56 M parameters" in out
    assert "time of a training: roofline" in out
    assert "low and high: what kernels reach and take, host_w 20 to 120" in out
    content = json.loads((tmp_path / "price.json").read_text())
    assert list(content["networks"]) == ["torchvision.models:resnet50", "mobilenet_v2"]
    row = content["networks"]["torchvision.models:resnet50"]
    cost = count_network("resnet50", (3, 224, 224))
    alone = price(
        cost.operations,
        n_train=IMAGENET[0],
        n_validation=IMAGENET[1],
        assumptions=Assumptions(),
    )
    assert row["one training [kWh]"] == alone.training_kwh
    total = lifetime(alone, Assumptions()).total_kg
    assert row["co2_total low [kg]"] < row["co2_total [kg]"] == total
    assert row["co2_total high [kg]"] > total
    assert content["assumptions"]["time_source"] == "roofline"


def test_what_is_assumed_may_be_told(capsys, tmp_path):
    file = tmp_path / "carbon.toml"
    file.write_text('device = "a100"\npue = [1.1, 1.2, 1.3]\ntraining_images = 1000\n')
    flags = ("--carbon", file, "--grid", "fra", "--citations", 10, "--inferences", 5)
    status, out, _ = said(capsys, "--model", "resnet18", *flags)
    assert status == 0
    assert "device a100: 400 W" in out
    assert "grid fra: 56 g/kWh" in out
    assert "500 trainings (the user) of 250 epochs (Fu et al. 2021) with 1,000 images" in out
    assert "5 inferences (the user)" in out
    assert "pue 1.1 to 1.3" in out


def test_devices_and_grids_are_listed(capsys):
    status, out, _ = said(capsys, "--list")
    assert status == 0
    assert "raspberry-pi-5" in out
    assert "epa_avert_2021" in out
    assert "this-machine" in out


def test_the_zoo_is_told_drawn_and_written(capsys, tmp_path):
    status, out, _ = said(capsys, "--zoo", tmp_path / "zoo")
    assert status == 0
    assert re.search(r"^resnet101 +77\.37 +44\.5 M +15\.6 +5\.97 +1\.3$", out, re.MULTILINE)
    assert "Left out, for they have learnt from more data: regnet_y_128gf, vit_h_14" in out
    assert (tmp_path / "zoo" / "zoo.png").stat().st_size > 10_000
    assert len((tmp_path / "zoo" / "zoo.csv").read_text().splitlines()) > 70


def test_the_papers_table_and_figures_are_made_again(capsys, tmp_path):
    status, out, _ = said(capsys, "--paper", tmp_path / "paper")
    assert status == 0
    assert "325.88" in out
    assert "70.6 (70.6)" in out
    assert "39.3 (39.8)" in out
    (resnet,) = (line for line in out.splitlines() if line.strip().startswith("ResNet "))
    as_counted, physical = (float(word.replace(",", "")) for word in resnet.split()[3:5])
    assert as_counted == pytest.approx(325.88373 * 4.089 / 3.8, rel=1e-3)  # torchvision's GMAC
    assert 100_000 < physical < 300_000  # t, not 326
    assert "with their FLOPS: ResNet 3.8 G, VGG 15.47 G, GoogLeNet 2 G" in out
    assert "no VGG has so few citations" in out
    for number in (2, 3, 4):
        assert (tmp_path / "paper" / f"figure{number}.png").stat().st_size > 10_000


def test_the_front_of_a_run_is_priced_in_three_parts(capsys, run):
    status, out, _ = said(capsys, run)
    assert status == 0
    with (run / "carbon.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    members = {" ".join(map(str, r.genome)): r for r in open_run(run).front}
    assert {row["genome"] for row in rows} == set(members)
    search_kg = json.loads((run / "spend.json").read_text())["co2_g"] / 1000
    for row in rows:
        record = members[row["genome"]]
        assert float(row["co2_training [kg]"]) == record.metrics["co2_training"]
        assert float(row["co2_inference [kg]"]) == record.metrics["co2_inference"]
        assert float(row["co2_search [kg]"]) == pytest.approx(search_kg)
        parts = record.metrics["co2"] + search_kg
        assert float(row["co2_total [kg]"]) == pytest.approx(parts)
        assert row["measured inference [s]"] == ""
    assert "No break-even: nobody has said what resnet18 and mobilenet_v2 reach in acc" in out
    assert "against" not in out
    assert (run / "carbon.png").stat().st_size > 10_000


def test_a_front_may_be_timed_and_priced_anew(capsys, run):
    status, out, _ = said(capsys, run, "--measure", "--target", "this-machine")
    assert status == 0
    assert "error" in out
    assert "one core of" in out
    status, out, _ = said(capsys, run, "--measure", "--baseline", "vgg16", "--at-accuracy", 0)
    assert status == 0
    assert "error" not in out
    assert "against vgg16" in out
    with (run / "carbon.csv").open(encoding="utf-8") as lines:
        assert all(float(row["measured inference [s]"]) > 0 for row in csv.DictReader(lines))


def test_a_search_is_compared_with_equals_alone(capsys, run):
    accuracies = sorted(record.metrics["acc"] for record in open_run(run).front)
    for level in accuracies:
        status, out, _ = said(capsys, run, "--at-accuracy", level)
        assert status == 0
        equals = [r for r in open_run(run).front if r.metrics["acc"] >= level]
        least = "-".join(map(str, min(equals, key=lambda r: r.metrics["flops"]).genome))
        assert f"the search has paid for itself with {least} (the others on images" in out
        assert "against resnet18: after" in out
    status, out, _ = said(capsys, run, "--at-accuracy", 100.5)
    assert status == 0
    best = f"{accuracies[-1]:.4g}"
    assert f"no member of the front reaches 100.5 in acc; the best has {best}" in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--model", "resnet18", "--at-accuracy", "90"), "--at-accuracy is for the front of a"),
        ((), "name a run, or --model, --paper, --zoo or --list"),
        (("nowhere",), "no run at nowhere"),
        (("--model", "resnet"), "unknown network 'resnet'"),
        (("--model", "resnet18", "--input", "3x"), "cannot read the input '3x'; expected one"),
        (("--model", "resnet18", "--input", "3x0x4"), "cannot read the input '3x0x4'"),
        (("--model", "resnet18", "--input", "1x64x64"), "cannot count resnet18 on an input of"),
        (("--model", "resnet18", "--grid", "frnace"), "unknown grid 'frnace'"),
        (("--model", "resnet18", "--target", "x"), "unknown device 'x'"),
        (
            ("--model", "resnet18", "--target", "t4,a100"),
            "a life is priced on one device; give",
        ),
        (("--model", "resnet18", "--pue", "0.5"), "pue must be in"),
        (("--model", "resnet18", "--carbon", "none.toml"), "no such file: none.toml"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(capsys, arguments, expected):
    status, out, err = said(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert expected in err


def test_a_network_of_several_inputs_is_priced_against_one_of_images(tmp_path, capsys):
    file = tmp_path / "both.py"
    file.write_text(
        "from torch import nn\n\n"
        "class Both(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.see, self.read = nn.Conv2d(3, 8, 32), nn.Embedding(100, 8)\n\n"
        "    def forward(self, image, words):\n"
        "        return self.see(image).flatten(2).mT @ self.read(words).mT\n"
    )
    inputs = ("--input", "3x32x32", "--input", "77:int64")
    model = ("--model", f"{file}:Both", *inputs, "--strict-flops")
    status, out, _ = said(capsys, *model, "--baseline", "resnet18")
    assert status == 0
    assert f"Both: {(2 * 8 * 3072 + 2 * 77 * 8) / 1e9:.4g} GFLOP, 0.02538 M parameters" in out
    assert "resnet18: " in out


def test_a_model_of_unknown_operators_is_refused_by_the_strict_alone(tmp_path, capsys):
    file = tmp_path / "odd.py"
    file.write_text(
        "import torch\nfrom torch import nn\n\n"
        "class Odd(nn.Module):\n"
        "    def forward(self, images):\n"
        "        return torch.linalg.svdvals(images)\n"
    )
    model = ("--model", f"{file}:Odd", "--input", "3x8x8")
    assert said(capsys, *model)[0] == 0
    status, _, error = said(capsys, *model, "--strict-flops")
    assert status == 2
    assert "nobody has declared the FLOPs of operator aten._linalg_svd, in Odd;" in error


def test_a_run_on_sequences_is_compared_with_no_network_for_images(run):
    found = open_run(run)
    costs = {record.genome: found.costs[record.genome] for record in found.front}
    front = replace(price_front(found, Assumptions(), costs=costs), side=0)
    given = Namespace(baseline=[], at_accuracy=50.0)
    assert footprint._compared(given, found, front, Assumptions()) == (
        [],
        ["No break-even: resnet18 and mobilenet_v2 take images, and the run's networks none"],
    )


def test_the_search_is_told_by_place_by_contract_and_by_the_hours_of_a_trace(
    capsys, run, tmp_path
):
    trace = tmp_path / "day.csv"
    hours = [f"2025-01-01T{i:02}:00,{100 + 10 * i}" for i in range(24)]
    trace.write_text("\n".join(["time,g/kWh", *hours]))
    status, out, _ = said(capsys, run, "--grid", trace, "--market-based", 20)
    assert status == 0
    assert "location-based: grid own, 215 g/kWh" in out
    assert "market-based: " in out
    assert "By day.csv, from 24 hours to begin at" in out
    assert "(Wed 2025-01-01 00:00)" in out


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (("--market-based", -1), "--market-based must be 0 g/kWh or more, got -1"),
        (("--model", "resnet18", "--market-based", 1), "--market-based is for the search of a"),
        (("--model", "resnet18", "--grid", "x.csv"), "the trace x.csv is for the search of a"),
        (("--grid", "x.csv", "--intensity-g-per-kwh", 1), "contradict each other; give one"),
        (("--grid", "x.csv"), "no trace x.csv; --grid takes a grid's name or a CSV file"),
    ],
)
def test_what_no_search_could_be_told_by_is_refused(capsys, run, flags, problem):
    status, _, err = said(capsys, run, *flags)
    assert status == 2
    assert problem in err
