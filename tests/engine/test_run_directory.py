import pytest
import toy

from evonas.config import Config
from evonas.engine.plan import SearchPlan
from evonas.engine.run_directory import check_place, opened, work_place
from evonas.engine.search import search
from evonas.runs.folder import RunFolder

CONFIG = Config(problem=toy.reference("Bowl"), n_jobs=0, pop_size=5, evaluations=10)


@pytest.fixture
def plan():
    return SearchPlan.of(CONFIG)


def test_without_a_directory_nothing_is_opened_or_left(plan, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_place(plan, None, resume=False)
    with opened(plan, None, resume=False) as folder, work_place(folder) as store:
        assert folder is None
        assert store.is_dir()
    assert not store.exists()
    assert list(tmp_path.iterdir()) == []


def test_checkpoints_lie_in_the_run_directory_and_need_not_be_there(plan, tmp_path):
    with opened(plan, tmp_path / "run", resume=False) as folder, work_place(folder) as store:
        assert isinstance(folder, RunFolder)
        assert store == (tmp_path / "run" / "checkpoints").absolute()
        assert not store.exists()


def test_it_is_closed_whatever_happens(plan, tmp_path):
    with (
        pytest.raises(ZeroDivisionError, match="oh"),
        opened(plan, tmp_path / "run", resume=False),
    ):
        raise ZeroDivisionError("oh")
    with opened(plan, tmp_path / "run", resume=True):
        pass  # a directory that is still open is refused


def test_a_place_that_is_taken_or_empty_is_refused(plan, tmp_path):
    search(CONFIG, folder=tmp_path / "run")
    with pytest.raises(FileExistsError, match="exists; give another directory with --out"):
        check_place(plan, tmp_path / "run", resume=False)
    check_place(plan, tmp_path / "run", resume=True)
    with pytest.raises(FileNotFoundError, match="none"):
        check_place(plan, tmp_path / "none", resume=True)
