import re

from evonas.bench.cases import Case
from evonas.bench.contest import Outcome, Score, Search, read_method
from evonas.bench.judge import Verdict
from evonas.bench.standings import Standings
from evonas.config import Config
from evonas.reports.contest import contest_tables, failures_in_words, rankings_in_words


def score(problem, method, seed, n, hypervolume):
    verdict = Verdict(hypervolume, 0.1, 0.5, hypervolume / 2)
    return Score(problem, method, seed, n, 10.0 * n, verdict)


BASES = {"gp": 0.8, "nsga2": 0.6, "random": 0.5}


def standings(*problems, n_seeds=6, measure="hypervolume", methods=tuple(BASES)):
    return {
        p: Standings(
            [
                score(p, m, seed, n, BASES[m] + 0.01 * seed + n / 1000)
                for m in methods
                for seed in range(n_seeds)
                for n in (10, 20, 40)
            ],
            methods,
            measure=measure,
        )
        for p in problems
    }


def rows(table):
    return {row[0]: dict(zip(table.header[1:], row[1:], strict=True)) for row in table.rows}


def test_one_problem_has_a_table_by_evaluations_one_by_cost_and_one_of_comparisons():
    reached, by_cost, compared = contest_tables(standings("toy"))
    assert reached.title == "toy: hypervolume by evaluations, median and quartiles of 6 seeds"
    assert reached.header == ("method", "10", "20", "40", "area", "recall", "igd+")
    assert rows(reached)["gp"]["10"] == "0.8350 [0.8225, 0.8475]"
    assert rows(reached)["gp"]["igd+"] == "0.100"
    assert by_cost.header == ("for a cost of", "50", "100", "200", "300", "400")
    assert rows(by_cost)["nsga2"] == {
        **{"50": "-", "100": "0.6350 [0.6225, 0.6475]", "200": "0.6450 [0.6325, 0.6575]"},
        **{"300": "0.6450 [0.6325, 0.6575]", "400": "0.6650 [0.6525, 0.6775]"},
    }
    assert compared.title == (
        "toy: how probably gp is ahead, and p corrected for 8 comparisons"
    )
    # Six pairs of one sign have p = 2 / 2^6, times eight.
    assert rows(compared)["random"]["40"] == "1.00 (p 0.2)"


def test_several_problems_have_tables_over_all_as_well():
    tables = contest_tables(standings(*"abcde"))
    assert len(tables) == 5 * 3 + 3
    ranks, means, chances = tables[-3:]
    assert "5 problems: average ranks of the medians" in ranks.title
    assert rows(ranks)["gp"] == dict.fromkeys(("10", "20", "40", "area"), "1.00")
    assert rows(ranks)["critical difference"]["40"] == "1.48"  # 2.344 sqrt(12 / 30)
    assert rows(ranks)["from gp alone"]["40"] == "1.42"  # 2.241 sqrt(12 / 30)
    assert (
        rows(ranks)["Friedman's p"]["40"] == "0.007"
    )  # chi-square of 10, 2 degrees of freedom
    assert rows(means)["nsga2"]["10"] == "0.6350"
    assert list(rows(chances)) == ["nsga2", "random"]
    assert float(rows(chances)["random"]["area"]) > 0.95


def test_of_few_problems_no_chance_is_told():
    tables = contest_tables(standings("one", "two"))
    assert len(tables) == 2 * 3 + 2
    assert not any("probability that" in table.title for table in tables)


def test_a_method_that_is_missing_on_a_problem_is_not_ranked():
    found = {**standings(*"abcd"), **standings("e", methods=("gp", "nsga2"))}
    found["e"] = Standings(found["e"].scores, list(BASES))
    tables = contest_tables(found)
    assert rows(tables[-3])["random"]["40"] == "-"
    assert rows(tables[-3])["nsga2"]["40"] == "2.00"
    assert rows(tables[-1])["random"]["40"] == "-"


def test_a_method_alone_is_compared_with_none():
    assert len(contest_tables(standings("toy", methods=("gp",)))) == 2
    assert len(contest_tables(standings("one", "two", methods=("gp",)))) == 2 * 2 + 2


def test_the_measure_is_named_and_its_direction_kept():
    tables = contest_tables(standings("one", "two", measure="igd_plus"))
    assert "one: igd_plus by evaluations" in tables[0].title
    assert rows(tables[-1])["gp"]["10"] == "0.1000"


def test_a_table_is_written_for_a_terminal_and_for_a_page():
    table = contest_tables(standings("toy"))[0]
    lines = table.lines()
    assert lines[1] == f"{table.title}:"
    assert re.match(r" *method +10 +20 +40 +area +recall +igd\+$", lines[2])
    assert len({len(line) for line in lines[2:]}) == 1
    page = table.markdown()
    assert page[3:5] == [
        "| method | 10 | 20 | 40 | area | recall | igd+ |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]


def test_failures_are_told_once_for_each_method_and_problem():
    case = Case.of("synthetic:blocks=2", base=Config(evaluations=20, n_jobs=0))
    failures = [
        Outcome(Search(case, read_method(name), seed), error="RuntimeError: no model")
        for name in ("gp", "random")
        for seed in (3, 4)
    ]
    assert failures_in_words(failures) == [
        f"2 searches of {name} on {case.label} failed, one with seed 3: RuntimeError: no model"
        for name in ("gp", "random")
    ]
    assert failures_in_words([]) == []


def test_rankings_are_drawn_at_the_budgets_that_are_asked_for():
    found = standings("one", "two")
    usual = rankings_in_words(found, at=())
    assert list(usual) == [
        "hypervolume after 20 evaluations, 2 problems; Friedman's p 0.1",
        "hypervolume after 40 evaluations, 2 problems; Friedman's p 0.1",
        "hypervolume by area under the curve, 2 problems; Friedman's p 0.1",
    ]
    (title,) = rankings_in_words(found, at=("10",))
    assert title.startswith("hypervolume after 10 evaluations")
    assert rankings_in_words(standings("one", "two", methods=("gp",)), at=()) == {}
