import pytest

from evonas.commands import train


@pytest.fixture
def say(tmp_path, monkeypatch, capsys):
    """Runs ``train`` in a folder of its own: the status, and what is said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.cpu_count", lambda: 1)  # threads that share a core wait for long

    def say(*words):
        capsys.readouterr()
        status = train.main(list(map(str, words)))
        told = capsys.readouterr()
        return status, told.out, told.err

    return say
