import json
import re
import subprocess
import sys

import numpy as np
import pytest

from evonas.data.dataset import load
from evonas.models.card import card
from evonas.models.instructions import for_sequences


@pytest.mark.parametrize("library", ["torch", "onnxruntime"])
def test_the_lines_of_the_card_load_the_model_without_evonas(
    made_of_sequences, tmp_path, library
):
    path, facts = made_of_sequences
    pytest.importorskip(library)
    for file in path.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    np.savez(tmp_path / "sequences.npz", x=load("digit-sequences").test.images[:4].numpy())
    programs = re.findall(r"```python\n(.*?)```", card(facts), re.DOTALL)
    (program,) = [text for text in programs if library in text.partition("\n")[0]]
    shown = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert len(json.loads(shown.replace("'", '"'))) == 4


def test_only_files_that_are_there_are_told_of():
    assert not any("```" in line for line in for_sequences((2, 24), ()))
    assert "onnx" not in "\n".join(for_sequences((2, 24), {"model.pt2"}))
    assert "`x` is (n, 2, 24)" in for_sequences((2, 24), ())[0]


def test_a_card_and_its_files_speak_of_sequences(made_of_sequences):
    path, facts = made_of_sequences
    text = card(facts)
    assert (
        "Tells 10 classes of digit-sequences apart in sequences of 64 steps, 1 channel" in text
    )
    assert "| multiply-accumulates of one sequence |" in text
    assert "image" not in text
    spelt = json.loads((path / "architecture.json").read_text())
    assert spelt["input"] == {"shape": ["n", 1, 64], "dtype": "float32"}
    assert spelt["data"]["length"] == 64
    said = r"its logits of 359 test sequences differ by at most (\S+) from torch's"
    for name in facts.has:
        assert float(re.search(said, facts.exports[name])[1]) < 1e-4
