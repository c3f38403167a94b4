"""How a model is loaded and fed, and how it answers early, in Markdown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from evonas.data.published import DataInfo
from evonas.models.known_exits import KnownExits

_COLOURS = {1: "L", 3: "RGB"}  # as Pillow calls them


def for_images(info: DataInfo, has: Collection[str], *, has_exits: bool = False) -> list[str]:
    """Lines of the card of a model that takes images, with programs to run in its folder.

    Args:
        info: The data set in numbers.
        has: Names of the exported files that are there.
        has_exits: Whether the network has several exits, of which the last one is shown.
    """
    size, colour = info.image_size, _COLOURS[info.channels]
    shape = f"{size}, {size}, {info.channels}"
    opened = f'image = Image.open("image.png").convert("{colour}").resize(({size}, {size}))'
    lines = [
        "All of it takes pixels in [0, 1]; the normalisation is inside. Run these in this "
        "folder. With evonas, for bytes as well: `evonas.load_model(folder)`, or "
        "`evonas predict FOLDER IMAGE`.",
    ]
    if "model.pt2" in has:
        lines += [
            *("", "With plain torch:", "", "```python"),
            "import numpy, torch; from PIL import Image",
            'model = torch.export.load("model.pt2").module()',
            opened,
            f"pixels = torch.tensor(numpy.array(image) / 255).float().reshape({shape})",
            f"logits = model(pixels.permute(2, 0, 1)[None]){_last(has_exits)}",
            'print(open("labels.txt").read().splitlines()[int(logits.argmax())])',
            "```",
        ]
    if "model.onnx" in has:
        lines += [
            *("", "With plain onnxruntime:", "", "```python"),
            "import json, numpy, onnxruntime; from PIL import Image",
            'model = onnxruntime.InferenceSession("model.onnx")',
            opened,
            f'pixels = (numpy.array(image) / 255).astype("float32").reshape({shape})',
            '(logits,) = model.run(["logits"], {"images": pixels.transpose(2, 0, 1)[None]})',
            'labels = json.loads(model.get_modelmeta().custom_metadata_map["labels"])',
            "print(labels[int(logits.argmax())])",
            "```",
        ]
    return lines


def for_sequences(
    shape: Sequence[int], has: Collection[str], *, has_exits: bool = False
) -> list[str]:
    """Lines of the card of a model that takes sequences, with programs to run in its folder.

    Args:
        shape: Shape of one sequence, ``(channels, length)``.
        has: Names of the exported files that are there.
        has_exits: Whether the network has several exits, of which the last one is shown.
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
            f"logits = model(torch.from_numpy(x)){_last(has_exits)}",
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
            '(logits,) = model.run(["logits"], {"sequences": x})',
            'labels = json.loads(model.get_modelmeta().custom_metadata_map["labels"])',
            "print([labels[place] for place in logits.argmax(1)])",
            "```",
        ]
    return lines


def early_answers(
    exits: KnownExits, test: Mapping[str, float], *, of_images: bool
) -> list[str]:
    """How a model with several exits is asked, and what it is worth by its own thresholds.

    Args:
        exits: What is known of the exits.
        test: The scores on the test part, by name.
        of_images: Whether it takes images.
    """
    what, file = ("images", "IMAGE") if of_images else ("sequences", "sequences.npz")
    budget = f"{exits.flops[0]:.0f}"
    lines = [
        "`evonas.load_model(folder)` answers within a budget, by the last exit that costs no "
        f"more: `model.predict({what}, budget={budget})`; or by the first exit that is sure "
        f"enough: `model.predict({what}, confidence=0.9)`. No other part of the network runs, "
        f"and the answer says which exit gave it. `evonas predict FOLDER {file} --budget "
        f"{budget}` does the same.",
    ]
    if not exits.levels or "budgeted_acc" not in test:
        return lines
    levels = ", ".join(f"{level:.4g}" for level in exits.levels[:-1])
    return [
        *lines,
        "",
        f"With the confidences {levels} for the exits before the last, which were set on the "
        f"validation part (`confidence=model.exits.levels`; 2 is never reached), test {what} "
        f"take {test['budgeted_flops']:,.0f} FLOPs on average, and "
        f"{test['budgeted_acc']:.2f} % of them are right.",
    ]


def _last(has_exits: bool) -> str:
    """What takes the last exit's logits of all that a network gives."""
    return "[-1]" * has_exits
