"""Executes the notebooks and keeps what they show: ``python docs/execute_notebooks.py``."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).with_name("notebooks")
CELL_S = 300  # seconds that a cell may take on a machine with other things to do
ANYWHERE, HERE = (
    "exact",
    "exact-on-equal-machines",
)  # tags of cells whose text is the same again


def notebooks() -> list[Path]:
    """All notebooks, by name."""
    return sorted(FOLDER.glob("*.ipynb"))


def executed(notebook: Path, *, folder: Path) -> nbformat.NotebookNode:
    """A notebook with the outputs of an execution from top to bottom.

    Args:
        notebook: The file of the notebook, which stays as it is.
        folder: Where the kernel runs, and leaves what the cells write.

    Raises:
        CellExecutionError: A cell raised an error.
    """
    found = nbformat.read(notebook, as_version=4)
    NotebookClient(
        found,
        timeout=CELL_S,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
    ).execute()
    return found


def machine() -> str:
    """What trainings depend on to the last digit: the processor, and the versions below us.

    Processors of one name may differ in their instructions, on a shared machine above all.
    """
    import numpy  # as the kernel has them
    import torch

    instructions = torch.backends.cpu.get_cpu_capability()
    versions = f"torch {torch.__version__}, numpy {numpy.__version__}"
    return f"{processor()} with {instructions}, {versions}"


def processor() -> str:
    """The model of the processor."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def texts(found: nbformat.NotebookNode, tag: str) -> dict[str, str]:
    """What the cells of a tag have printed, by their sources.

    Args:
        found: The notebook.
        tag: ``ANYWHERE`` or ``HERE``.
    """
    return {
        cell.source: "".join(
            output.get("text", "") for output in cell.outputs if output.output_type == "stream"
        )
        for cell in found.cells
        if tag in cell.metadata.get("tags", [])
    }


def main() -> None:
    """Execute all notebooks, each in a folder of its own, and write them back."""
    for notebook in notebooks():
        with TemporaryDirectory() as folder:
            found = executed(notebook, folder=Path(folder))
        found.metadata["executed_on"] = machine()
        found.metadata["kernelspec"]["display_name"] = "Python 3"
        nbformat.write(found, notebook)
        print(f"{notebook}: {notebook.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main())
