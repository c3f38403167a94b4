from dataclasses import fields

import pytest
import toy
from torch import nn

from evonas import Config, Gene, SearchSpace, TrainedProblem
from evonas.engine import search as engine
from evonas.interactive.result import Result
from evonas.interactive.run import Run, open_run

CONFIG = Config(problem=toy.reference("Bowl"), evaluations=20, pop_size=10, n_jobs=0)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A result and the folder of its run; not to be written to."""
    folder = tmp_path_factory.mktemp("runs") / "bowl"
    return Result.of(engine.search(CONFIG, folder=folder)), folder


def test_it_is_what_the_search_found():
    found = engine.search(CONFIG)
    result = Result.of(found)
    assert all(getattr(result, f.name) is getattr(found, f.name) for f in fields(found))
    assert "The records on the front" in Result.__doc__


def test_it_is_said_in_one_line(made):
    result, folder = made
    hypervolume = result.generations[-1].hypervolume
    assert repr(result) == (
        f"<Result: 20 architectures of {CONFIG.problem}, {len(result.front)} on the front of "
        f"acc, flops, params, hypervolume {hypervolume:.4f}, in {folder}>"
    )


def test_without_a_folder_none_is_said():
    assert repr(Result.of(engine.search(CONFIG))).count(" in ") == 0


def test_it_reads_as_its_folder_does(made):
    result, folder = made
    run, read = result.as_run(), open_run(folder)
    assert run.table() == read.table()
    assert run.front == read.front == result.front
    assert run.ids == read.ids
    assert (run.name, run.config) == (read.name, read.config)
    assert run.hypervolumes == read.hypervolumes


def test_its_data_frame_is_that_of_its_run(made):
    result, folder = made
    assert result.to_dataframe().equals(open_run(folder).to_dataframe())
    front = result.to_dataframe(front_only=True)
    assert front["genome"].tolist() == result.genomes
    assert front["width"].tolist() == [each["width"] for each in result.architectures]


def test_what_code_of_a_problem_decodes_is_in_the_data_frame_as_it_is():
    class Own(toy.Bowl):
        def decode(self, genome):
            return {"area": toy.GENES[1].choices[genome[1]] ** 2}

    result = Result.of(engine.search(CONFIG, problem=Own))
    frame = result.to_dataframe(front_only=True)
    assert frame["area"].tolist() == [each["area"] for each in result.architectures]


def test_it_shows_networks_of_its_own_problem_whatever_the_name_stands_for_now(monkeypatch):
    import __main__

    def made(width):
        class Mine(TrainedProblem):
            space = SearchSpace([Gene("kernel", (1, 3))])

            def build(self, architecture):
                flat = self.n_channels * self.image_size**2
                return nn.Sequential(nn.Flatten(), nn.Linear(flat, width), nn.Linear(width, 10))

        Mine.__module__, Mine.__qualname__ = "__main__", "Mine"
        monkeypatch.setattr(__main__, "Mine", Mine, raising=False)
        return Mine

    config = Config(evaluations=2, pop_size=2, epochs=1, subset=60, n_jobs=0)
    result = Result.of(engine.search(config, problem=made(5)))
    assert result.config.problem == "__main__:Mine"
    run = Run.of(result.as_run())
    assert result.show() == run.show()
    made(7)
    assert result.show().network.cost.params == 64 * 5 + 5 + 50 + 10
    assert run.show().network.cost.params == 64 * 7 + 7 + 70 + 10
