"""Every command and every program in the README does what it says."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CARBON = (ROOT / "docs" / "carbon.md").read_text(encoding="utf-8")
SETUP = "python3 -m venv .venv && . .venv/bin/activate && pip install -q -e "


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines() if line]


def files() -> dict[str, str]:
    programs = (block.partition("\n") for block in blocks("python"))
    return {first[8:]: rest for first, _, rest in programs if first.startswith("# file: ")}


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with the README's files in it; its commands build on each other."""
    place = tmp_path_factory.mktemp("reader")
    for name, text in files().items():
        (place / name).write_text(text)
    return place


def test_the_first_two_commands_set_up_the_same_environment():
    main, tests = commands()[:2]
    assert main.startswith(SETUP + ". && python -m evonas.run ")
    assert tests == SETUP + "'.[test]' && pytest -n auto"


@pytest.mark.slow
def test_the_main_command_finds_a_wide_front_of_good_networks(tmp_path):
    done = shell(commands()[0].partition("-e . && ")[2], tmp_path)
    assert done.returncode == 0, done.stderr
    (front,) = tmp_path.glob("runs/*/front.csv")
    header, *rows = (line.split(",") for line in front.read_text().splitlines())
    flops = [float(row[header.index("flops [FLOP]")]) for row in rows]
    test_acc = [float(row[header.index("test_acc [%]")]) for row in rows]
    assert len(rows) >= 8
    assert max(flops) / min(flops) >= 10
    assert max(test_acc) >= 97
    (_, *without) = (front.parent / "objectives.csv").read_text().splitlines()
    size_without = {line.split(",")[0]: int(line.split(",")[1]) for line in without}
    assert len(rows) > 1.5 * size_without["co2"]  # else CO2 would say little beside FLOPs
    assert (front.parent / "front.png").stat().st_size > 10_000


@pytest.mark.slow
@pytest.mark.parametrize("command", commands()[2:])
def test_a_command_of_the_readme_runs(command, folder):
    done = shell(command, folder)
    assert done.returncode == 0, done.stderr
    if "--out runs/" in command:
        words = shlex.split(command)
        run = folder / words[words.index("--out") + 1]
        assert {"config.json", "front.csv", "front.png", "records.jsonl"} <= {
            path.name for path in run.iterdir()
        }


@pytest.mark.slow
def test_the_program_of_the_readme_runs(folder):
    (program,) = (block for block in blocks("python") if not block.startswith("# file: "))
    (folder / "notebook.py").write_text(program)
    done = shell("python notebook.py", folder)
    assert done.returncode == 0, done.stderr


def test_the_flags_of_the_readme_are_those_of_the_command_line(capsys):
    from evonas.commands.search import make_parser

    offered = set(re.findall(r"--[a-z-]+", make_parser().format_help())) - {
        "--help",
        "--version",
    }
    table = README[README.index("| flag |") : README.index("A run directory holds")]
    named = set(re.findall(r"--[a-z][a-z-]*", README))
    assert set(re.findall(r"--[a-z][a-z-]*", table)) <= offered | {"--list"}
    others = {
        "--architecture",
        "--at-accuracy",
        "--draw",
        "--failed",
        "--fractions",
        "--genome",
        "--help",
        "--json",
        "--list",
        "--measure",
        "--methods",
        "--model",
        "--input",
    }
    others |= {"--best", "--knee", "--near", "--networks", "--seeds", "--weights", "--where"}
    assert named - offered <= others  # of other commands
    assert offered - named <= {"--sampling", "--crossover", "--track"}


@pytest.mark.slow
def test_the_worked_example_of_the_carbon_page_gives_what_it_says(tmp_path):
    (settings,), (command,) = blocks("toml", CARBON), blocks("sh", CARBON)
    name, _, text = settings.partition("\n")
    (tmp_path / name.removeprefix("# file: ")).write_text(text)
    done = shell(command.strip(), tmp_path)
    assert done.returncode == 0, done.stderr
    for figure in ("8.178 GFLOP", "174 kernels", "34.8", "kWh in 107", "16.6 (6.1", "5.8"):
        assert figure in done.stdout
