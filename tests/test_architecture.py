import re
from pathlib import Path

import draw_architecture as architecture

DOCS = Path(__file__).parents[1] / "docs"


def test_the_picture_of_the_house_shows_the_imports_of_today():
    message = "out of date: run python docs/draw_architecture.py"
    assert architecture.shown() == architecture.told(), message


def test_the_page_names_every_room_and_every_contract_that_there_is():
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    rooms = [room for room in architecture.ROOMS if room != "words"]
    assert all(f"`{room}`" in page for room in rooms)
    named = re.findall(r"`(tests/contracts/\w+\.py)`", page)
    assert named
    assert all((DOCS.parent / name).is_file() for name in named)
