"""How a model that takes sequences is loaded and fed, in Markdown."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def instructions(shape: Sequence[int], has: Collection[str]) -> list[str]:
    """Lines of a card, with programs that run in the model folder.

    Args:
        shape: Shape of one sequence, ``(channels, length)``.
        has: Names of the exported files that are there.
    """
    expected = ", ".join(map(str, shape))
    lines = [
        "All of it takes numbers as the data had them; the normalisation is inside. Run these "
        f"in this folder, with a file `sequences.npz` whose array `x` is (n, {expected}). With "
        "evonas: `evonas.load_model(folder)`, or `evonas predict FOLDER sequences.npz`.",
    ]
    read = 'x = numpy.load("sequences.npz")["x"].astype("float32")'
    if "model.pt2" in has:
        lines += [
            *("", "With plain torch:", "", "```python"),
            "import numpy, torch",
            'model = torch.export.load("model.pt2").module()',
            read,
            "logits = model(torch.from_numpy(x))",
            'labels = open("labels.txt").read().splitlines()',
            "print([labels[place] for place in logits.argmax(1).tolist()])",
            "```",
        ]
    if "model.onnx" in has:
        lines += [
            *("", "With plain onnxruntime:", "", "```python"),
            "import json, numpy, onnxruntime",
            'model = onnxruntime.InferenceSession("model.onnx")',
            read,
            '(logits,) = model.run(None, {"sequences": x})',
            'labels = json.loads(model.get_modelmeta().custom_metadata_map["labels"])',
            "print([labels[place] for place in logits.argmax(1)])",
            "```",
        ]
    return lines
