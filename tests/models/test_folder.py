import csv
import json
import re
import subprocess
import sys

import pytest
import torch
from matrix import slow_but
from PIL import Image

from evonas import Config, load_model
from evonas.commands import predict
from evonas.data.dataset import load
from evonas.engine.plan import SearchPlan
from evonas.models import folder as folders
from evonas.models.archive import ARCHIVE
from evonas.models.deployed import Deployed
from evonas.models.folder import ModelFolder
from evonas.models.onnx_file import missing
from evonas.models.order import TrainingOrder
from evonas.models.sittings import train_in_folder
from evonas.training.full_recipe import FullRecipe
from evonas.training.tasks import Classification

from .conftest import GENOME, TARIFF

FILES = {
    *("model.pt", "model.pt2", "labels.txt", "architecture.json", "metrics.json", "card.md"),
    *("curve.csv", "training.json"),
}


def test_a_finished_folder_holds_all_and_no_checkpoint(made):
    path, _ = made
    onnx = set() if missing() else {"model.onnx"}
    assert {file.name for file in path.iterdir()} == FILES | onnx
    assert ModelFolder(path).is_finished


def test_the_weights_fit_the_network_that_the_problem_builds(made, problem):
    path, facts = made
    state = torch.load(path / "model.pt", weights_only=True)
    network = problem.build(problem.decode(GENOME))
    network.load_state_dict(state)
    dataset = load("digits")
    images = (dataset.test.images.float() / 255 - dataset.mean) / dataset.std
    with torch.no_grad():
        predicted = network.eval()(images).argmax(1)
    assert int((predicted == dataset.test.labels).sum()) == facts.judgements["test"].n_right


def test_the_files_tell_the_same_as_the_card(made):
    path, facts = made
    architecture = json.loads((path / "architecture.json").read_text())
    assert tuple(architecture["genome"]) == GENOME
    assert architecture["input"]["shape"] == ["n", 1, 8, 8]
    assert architecture["architecture"]["width1"] == 8
    metrics = json.loads((path / "metrics.json").read_text())
    assert metrics["test"]["accuracy"] == facts.judgements["test"].accuracy
    assert metrics["macs"] == facts.cost.macs
    assert metrics["kept_seed"] == facts.seed
    assert metrics["seeds"][str(facts.seed)]["test"] == metrics["test"]["scores"]
    assert set(metrics["seeds"]) == {"0", "1"}
    assert metrics["exports"]["model.pt2"].startswith("`torch.export`")
    assert (path / "labels.txt").read_text().splitlines() == list("0123456789")
    rows = list(csv.DictReader((path / "curve.csv").open()))
    assert [row["seed"] for row in rows] == ["0"] * 6 + ["1"] * 6
    assert float(rows[-1]["acc"]) == facts.curves[1][-1]["acc"]


def test_exports_agree_with_torch(made):
    exports = made[1].exports
    said = r"its logits of 359 test images differ by at most (\S+) from torch's"
    for name in made[1].has:
        assert float(re.search(said, exports[name])[1]) < 1e-4


@pytest.mark.parametrize("library", ["torch", "onnxruntime"])
def test_the_lines_of_the_card_load_the_model_without_evonas(made, tmp_path, library):
    path, facts = made
    pytest.importorskip(library)
    blocks = re.findall(r"```python\n(.*?)```", (path / "card.md").read_text(), re.DOTALL)
    (code,) = [block for block in blocks if f" {library};" in block]
    assert "evonas" not in code
    assert code.count("\n") <= 7
    part = load("digits").test
    for name in (*facts.has, "labels.txt"):
        (tmp_path / name).write_bytes((path / name).read_bytes())
    Image.fromarray(part.images[0, 0].numpy()).save(tmp_path / "image.png")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    from evonas import load_model

    expected = load_model(path)(part.images[:1]).argmax(1).item()
    assert done.stdout.strip() == str(expected)


def finished(order, problem, path):
    folder = ModelFolder(path)
    folder.begin(order)
    outcome = train_in_folder(order, problem, folder=path, tariff=TARIFF)
    return folder.finish(order, problem, outcome)


def test_without_the_extra_the_card_says_how_to_have_onnx(
    order, problem, tmp_path, monkeypatch
):
    monkeypatch.setattr(folders, "missing", lambda: "onnx")
    facts = finished(order(epochs=1), problem, tmp_path)
    assert facts.exports["model.onnx"] == (
        "not written: onnx is not installed; pip install 'evonas[export]'"
    )
    assert not (tmp_path / "model.onnx").exists()
    card = (tmp_path / "card.md").read_text()
    assert "pip install 'evonas[export]'" in card
    assert "InferenceSession" not in card


def test_a_network_that_is_no_graph_is_kept_all_the_same(order, problem, tmp_path, monkeypatch):
    def refuse(*given, **named):
        raise RuntimeError("data-dependent branching\nand much more")

    monkeypatch.setattr(folders, "export", refuse)
    facts = finished(order(epochs=1), problem, tmp_path)
    assert facts.exports[ARCHIVE] == "not written: RuntimeError: data-dependent branching"
    assert (tmp_path / "model.pt").is_file()
    card = (tmp_path / "card.md").read_text()
    assert "torch.export.load" not in card
    assert "evonas has its problem, `digits`, build it, whose code must be there" in card


class KilledError(BaseException):
    """In place of a signal that nothing can catch."""


def killed_at(n, monkeypatch):
    """Let the n-th write of a folder, from 1, be the last thing that happens."""
    n_left = n

    def count():
        nonlocal n_left
        n_left -= 1
        if n_left < 0:
            raise KilledError

    def counted(write):
        def wrapper(*given, **named):
            count()
            made = write(*given, **named)
            count()
            return made

        return wrapper

    monkeypatch.setattr(ModelFolder, "_write", counted(ModelFolder._write))
    monkeypatch.setattr(folders, "write_state", counted(folders.write_state))
    monkeypatch.setattr(folders, "write_onnx", counted(folders.write_onnx))
    monkeypatch.setattr(torch.export, "save", counted(torch.export.save))
    return counted(lambda facts, out: out.write_bytes(b"a picture"))


@pytest.mark.parametrize("n", slow_but([16, 17], range(18)))
def test_killed_at_any_write_a_folder_is_finished_with_all_its_files_or_not(
    order, problem, tmp_path, monkeypatch, n
):
    folder = ModelFolder(tmp_path / "mine")
    folder.begin(order(epochs=1))
    outcome = train_in_folder(order(epochs=1), problem, folder=folder.path, tariff=TARIFF)
    has_exports = n < 16  # they take seconds, and are four of the 18 moments before
    if has_exports:
        pytest.importorskip("onnxscript")
    else:
        monkeypatch.setattr(ModelFolder, "_export", lambda *given, **named: {})
    with monkeypatch.context() as patch:
        draw = killed_at(n if has_exports else n - 4, patch)
        with pytest.raises(KilledError):
            folder.finish(order(epochs=1), problem, outcome, draw=draw)
    assert folder.is_finished == (n == 17)
    checkpoint = folder.path / "checkpoint-seed0.pt"
    assert checkpoint.is_file(), "what it takes to go on is there until all is written"
    if not folder.is_finished:
        again = train_in_folder(order(epochs=1), problem, folder=folder.path, tariff=TARIFF)
        folder.finish(order(epochs=1), problem, again, draw=lambda facts, out: out.touch())
    folder.tidy(order())
    assert {file.name for file in folder.path.iterdir()} >= {"card.md", "preview.png"}
    assert not checkpoint.exists()


def test_every_image_passes_the_network_once_to_be_judged(
    order, problem, tmp_path, monkeypatch
):
    monkeypatch.setattr(ModelFolder, "_export", lambda *given, **named: {})
    monkeypatch.setattr(folders, "median_latency", lambda *given, **named: 0.0)
    folder = ModelFolder(tmp_path)
    folder.begin(order(epochs=1))
    outcome = train_in_folder(order(epochs=1), problem, folder=tmp_path, tariff=TARIFF)
    n_seen, see = [], Deployed.outputs

    def counting(self, images):
        n_seen.append(len(images))
        return see(self, images)

    monkeypatch.setattr(Deployed, "outputs", counting)
    folder.finish(order(epochs=1), problem, outcome)
    dataset = load("digits")
    assert sum(n_seen) == len(dataset.validation.labels) + len(dataset.test.labels)


class OfOneNetwork(Classification):
    """A task whose scores depend on the network."""

    def __init__(self, genome):
        self.share = 1.0 + len(genome)

    def scores(self, outputs, labels):
        return {"share": torch.full((len(labels),), self.share)}


def test_a_network_is_judged_by_the_task_that_is_its_own(order, problem, tmp_path, monkeypatch):
    monkeypatch.setattr(ModelFolder, "_export", lambda *given, **named: {})
    folder = ModelFolder(tmp_path)
    folder.begin(order(epochs=1))
    outcome = train_in_folder(order(epochs=1), problem, folder=tmp_path, tariff=TARIFF)
    monkeypatch.setattr(problem, "task_for", OfOneNetwork)
    facts = folder.finish(order(epochs=1), problem, outcome)
    assert facts.judgements["test"].scores == {"share": 29.0}


def test_why_there_is_no_export_is_told_by_its_cause_and_cannot_steer_a_terminal():
    try:
        try:
            raise ValueError("no function for adaptive_max_pool2d\nand more")
        except ValueError as error:
            raise RuntimeError("\033[96mThis is step 3/3") from error
    except RuntimeError as error:
        said = folders._line(error)
    assert said == "ValueError: no function for adaptive_max_pool2d"
    assert folders._line(RuntimeError("\033[96mstep")) == "RuntimeError: \\x1b[96mstep"


def test_a_folder_is_not_finished_before_its_card_is_written(order, tmp_path):
    folder = ModelFolder(tmp_path / "new")
    folder.begin(order())
    assert not folder.is_finished


@pytest.fixture(scope="module")
def early(tmp_path_factory):
    """A finished model folder of a network with three exits, and what its card tells."""
    path = tmp_path_factory.mktemp("models") / "early"
    config = Config(problem="digits", exits=3, subset=200)
    order = TrainingOrder(
        config=config, genome=(2, *[0] * 6) * 4, recipe=FullRecipe(epochs=1, batch_size=100)
    )
    problem, folder = SearchPlan.of(config).problem, ModelFolder(path)
    folder.begin(order)
    outcome = train_in_folder(order, problem, folder=path, tariff=TARIFF)
    return path, folder.finish(order, problem, outcome)


def test_a_network_with_exits_is_judged_and_exported_at_each(early):
    path, facts = early
    scores = facts.judgements["test"].scores
    accuracies = [scores[f"acc_{k}"] for k in (1, 2, 3)]
    assert facts.exit_accuracies == tuple(accuracies)
    assert facts.judgements["test"].accuracy == pytest.approx(accuracies[-1])
    told = json.loads((path / "architecture.json").read_text())["exits"]
    assert told == facts.exits.as_dict()
    assert len(told["levels"]) == 3
    card = (path / "card.md").read_text()
    assert f"| 1 | {told['flops'][0]:,.0f} |" in card
    assert "## How it answers early" in card
    dataset = load("digits")
    program = torch.export.load(path / ARCHIVE).module()
    exits = program(dataset.test.images.float() / 255)
    right = [100 * float((e.argmax(1) == dataset.test.labels).double().mean()) for e in exits]
    assert right == pytest.approx(accuracies)


def test_a_loaded_model_answers_by_budget_and_by_the_thresholds_of_the_validation_part(early):
    path, facts = early
    model, part = load_model(path), load("digits").test
    first = model.predict(part.images, budget=facts.exits.flops[0])
    assert set(first.exits.tolist()) == {1}
    found = model.predict(part.images, confidence=model.exits.levels)
    scores = facts.judgements["test"].scores
    assert float(found.flops.mean()) == pytest.approx(scores["budgeted_flops"])
    right = 100 * float((found.logits.argmax(1) == part.labels).double().mean())
    assert right == pytest.approx(scores["budgeted_acc"])
    assert torch.allclose(model.predict(part.images).logits, model(part.images), atol=1e-6)


def test_files_are_told_within_a_budget(early, tmp_path, capsys):
    path, facts = early
    Image.fromarray(load("digits").test.images[0, 0].numpy()).save(tmp_path / "a.png")
    words = [str(path), str(tmp_path / "a.png")]
    assert predict.main([*words, "--budget", str(facts.exits.flops[0]), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["exit"], told["flops"]) == (1, facts.exits.flops[0])
    assert predict.main([*words, "--confidence", "0"]) == 0
    assert capsys.readouterr().out.endswith(f"exit 1, {facts.exits.flops[0]:,.0f} FLOPs\n")
    assert predict.main([*words, "--budget", "5"]) == 2
    assert "no exit answers within 5 FLOPs" in capsys.readouterr().err


def test_a_network_with_one_exit_says_nothing_of_exits_but_what_it_costs(made):
    path, facts = made
    assert "answers early" not in (path / "card.md").read_text()
    model = load_model(path)
    assert model.exits.flops == (facts.cost.flops,)
    image = load("digits").test.images[:1]
    assert model.predict(image, budget=facts.cost.flops).exits.tolist() == [1]


def test_an_older_folder_answers_by_its_end_and_has_no_budgets(made, tmp_path):
    for name in (ARCHIVE, "labels.txt"):
        (tmp_path / name).write_bytes((made[0] / name).read_bytes())
    model, images = load_model(tmp_path), load("digits").test.images[:3]
    found = model.predict(images)
    assert torch.equal(found.logits, model(images))
    assert found.exits.tolist() == [1, 1, 1]
    assert found.flops.isnan().all()
    for words in ({"budget": 1e9}, {"confidence": 0.5}):
        with pytest.raises(ValueError, match="does not tell what its exits cost: leave out"):
            model.predict(images, **words)


def test_without_an_export_a_graph_answers_early_all_the_same(early, tmp_path):
    exported = load_model(early[0])
    for file in early[0].iterdir():
        if file.name != ARCHIVE:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    rebuilt, images = load_model(tmp_path), load("digits").test.images[:50]
    for words in ({"budget": exported.exits.flops[1]}, {"confidence": 0.5}, {}):
        expected, found = exported.predict(images, **words), rebuilt.predict(images, **words)
        assert torch.allclose(found.logits, expected.logits, atol=1e-5)
        assert torch.equal(found.exits, expected.exits)
        assert torch.equal(found.flops, expected.flops)


def test_what_runs_only_as_a_whole_says_so(made, tmp_path):
    for file in made[0].iterdir():
        if file.name != ARCHIVE:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    model, images = load_model(tmp_path), load("digits").test.images[:3]
    assert set(model.predict(images).flops.tolist()) == {made[1].cost.flops}
    with pytest.raises(ValueError, match="runs only as a whole, for torch could not export it"):
        model.predict(images, budget=1e9)
