import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas import short_ids as module
from evonas.commands.checks import genome_of
from evonas.short_ids import genome_of_id, is_short_id, short_id, short_ids

values = st.one_of(st.integers(-3, 20), st.booleans(), st.none(), st.floats(-2, 2), st.text())
genomes = st.lists(values, min_size=1, max_size=6).map(tuple)


def test_an_id_is_the_same_in_every_process_and_version():
    assert short_id((1, 0, 2)) == "zzfsjh"
    assert short_id((0,) * 28) == "vprqmc"


@given(genomes, st.integers(1, 24))
def test_a_longer_id_begins_with_the_shorter_one(genome, length):
    assert short_id(genome, length=24).startswith(short_id(genome, length=length))


@given(genomes)
def test_an_id_can_never_be_read_as_a_genome(genome):
    name = short_id(genome)
    assert is_short_id(name)
    with pytest.raises(ValueError, match="cannot read the genome"):
        genome_of(name)


@pytest.mark.parametrize(
    "text", ["1-0-2", "0,1", "[1, 2]", "123456", "12e345", "True", "", "b2"]
)
def test_the_text_of_a_genome_is_no_id(text):
    assert not is_short_id(text)


@given(st.lists(genomes, max_size=30))
def test_every_architecture_is_found_by_its_id(several):
    ids = short_ids(several)
    assert len(set(ids.values())) == len(ids)
    assert all(genome_of_id(name, ids, where="here") == genome for genome, name in ids.items())


def test_ids_that_would_be_equal_are_longer(monkeypatch):
    monkeypatch.setattr(module, "SHORTEST", 1)
    several = [(i,) for i in range(60)]
    ids = short_ids(several)
    assert len(set(ids.values())) == 60
    assert {len(name) for name in ids.values()} > {2}
    clash = next(name[0] for name in ids.values() if len(name) > 1)
    with pytest.raises(
        ValueError, match=f"id '{clash}' could be any of {clash}.*; give all of"
    ):
        genome_of_id(clash, ids, where="run a")


@given(genomes, st.integers(6, 24))
def test_an_id_that_another_run_had_to_lengthen_is_found_too(genome, length):
    name = short_id(genome, length=length)
    assert genome_of_id(name, short_ids([genome, (7, 7)]), where="here") == genome


def test_an_unknown_id_is_refused():
    with pytest.raises(ValueError, match="no architecture of run a has the id 'bcdfgh'"):
        genome_of_id("bcdfgh", short_ids([(1, 2)]), where="run a")
