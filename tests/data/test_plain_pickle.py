import bz2
import codecs
import pickle
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evonas.data.plain_pickle import PlainUnpickler, RefusedError, load_plain

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
plain = st.recursive(
    scalars | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.tuples(st.text(), st.integers()), inner)
        | st.tuples(inner, inner)
    ),
    max_leaves=20,
)


def written(path: Path, content: object, protocol: int = 4) -> Path:
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=plain, protocol=st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_plain_data_of_any_protocol_is_read_as_it_was(tmp_path, content, protocol):
    assert load_plain(written(tmp_path / "table.pickle", content, protocol)) == content


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_and_numbers_of_numpy_are_read(tmp_path, protocol):
    content = OrderedDict(
        latency=np.arange(6.0).reshape(2, 3),
        words=np.array(["a", "bc"]),
        one=np.float64(2.5),
        count=np.int64(7),
        kinds={1, 2},
        fixed=frozenset([3]),
        number=2j,
    )
    read = load_plain(written(tmp_path / "table.pickle", content, protocol))
    np.testing.assert_array_equal(read["latency"], content["latency"])
    np.testing.assert_array_equal(read["words"], content["words"])
    assert {k: v for k, v in read.items() if k not in ("latency", "words")} == {
        k: v for k, v in content.items() if k not in ("latency", "words")
    }
    assert isinstance(read["one"], np.float64)


def test_the_names_of_numpy_before_its_second_version_are_known_too(tmp_path):
    file = tmp_path / "table.pickle"
    new = pickle.dumps(np.arange(3.0), protocol=0)
    file.write_bytes(new.replace(b"numpy._core.", b"numpy.core."))
    np.testing.assert_array_equal(load_plain(file), np.arange(3.0))


def test_a_packed_pickle_is_unpacked(tmp_path):
    file = tmp_path / "meta.pickle.pbz2"
    file.write_bytes(bz2.compress(pickle.dumps({"12": [1.0]})))
    assert load_plain(file) == {"12": [1.0]}


def test_files_of_torch_are_read_with_numbers_of_numpy_in_them(tmp_path):
    content = OrderedDict(acc={0: 91.5}, seen=np.float64(3.0), rows=[np.int64(1), None])
    torch.save(content, tmp_path / "table.pth")
    assert load_plain(tmp_path / "table.pth") == content


class Malicious:
    """Calls a function when it is unpickled."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def touched(path: Path) -> list[Malicious]:
    """Ways to write a file: by name, by one name inside another, and by what is looked up."""
    return [
        Malicious(Path.touch, path),
        Malicious(open, str(path), "w"),
        Malicious(eval, f"open({str(path)!r}, 'w')"),
        Malicious(exec, f"open({str(path)!r}, 'w')"),
        Malicious(getattr, path, "touch"),
        Malicious(__import__, "os"),
        Malicious(codecs.encode, str(path), "utf-8"),
    ]


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("which", range(7))
def test_nothing_that_a_malicious_pickle_names_is_called(tmp_path, which, protocol):
    trace = tmp_path / "executed"
    file = written(tmp_path / "evil.pickle", {"acc": touched(trace)[which]}, protocol)
    with pytest.raises(RefusedError, match=r"evil\.pickle is not read: it (names|encodes)"):
        load_plain(file)
    assert not trace.exists()


@pytest.mark.parametrize("which", range(6))
def test_nothing_that_a_malicious_file_of_torch_names_is_called(tmp_path, which):
    trace = tmp_path / "executed"
    torch.save({"acc": touched(trace)[which]}, tmp_path / "evil.pth")
    with pytest.raises(RefusedError, match=r"cannot read .*evil\.pth: "):
        load_plain(tmp_path / "evil.pth")
    assert not trace.exists()


def test_what_is_named_is_not_even_imported(tmp_path):
    (tmp_path / "never_imported.py").write_text("raise AssertionError('imported')")
    file = tmp_path / "evil.pickle"
    file.write_bytes(b"cnever_imported\nattack\n(tR.")
    with pytest.raises(RefusedError, match=r"it names never_imported\.attack, and nothing is"):
        load_plain(file)
    assert "never_imported" not in sys.modules


NAMES = [
    *("builtins.eval", "builtins.getattr", "builtins.type", "builtins.object"),
    *("os.system", "posix.system", "subprocess.Popen", "functools.partial"),
    *("numpy.load", "numpy.core.multiarray.frombuffer", "numpy.testing.run", "numpy.memmap"),
    *("collections.namedtuple", "collections.OrderedDict.__init__", "_codecs.decode"),
    *("copyreg._reconstructor", "operator.attrgetter", "importlib.import_module"),
    "torch.load",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("protocol", [0, 4])
def test_everything_but_plain_data_is_refused_by_name(tmp_path, name, protocol):
    module, _, word = name.rpartition(".")
    if name.startswith("collections.OrderedDict."):
        module, word = "collections", "OrderedDict.__init__"
    file = tmp_path / "named.pickle"
    short = [bytes([0x8C, len(text)]) + text.encode() for text in (module, word)]
    spelled = {0: f"c{module}\n{word}\n.".encode(), 4: b"\x80\x04" + b"".join(short) + b"\x93."}
    file.write_bytes(spelled[protocol])
    with pytest.raises(RefusedError, match=f"it names {module}.{word}, and nothing is read"):
        load_plain(file)


NAMED = [
    *(("_codecs", "encode"), ("collections", "OrderedDict"), ("numpy", "ndarray")),
    *(("numpy._core.numeric", "_frombuffer"), ("numpy._core.multiarray", "_reconstruct")),
]


def test_what_is_found_by_name_cannot_be_changed(tmp_path):
    """A pickle may also set attributes of what it found; the next one must not see them."""
    for module, word in NAMED:
        file = tmp_path / "changed.pickle"
        file.write_bytes(f"c{module}\n{word}\n(N(dVseen\nI1\nstb.".encode())
        with pytest.raises(RefusedError, match="cannot read"):
            load_plain(file)
        with file.open("rb") as opened:
            assert not hasattr(PlainUnpickler(opened).find_class(module, word), "seen")


def test_a_damaged_file_and_a_missing_one_are_named(tmp_path):
    (tmp_path / "short.pickle").write_bytes(pickle.dumps([1.0] * 100)[:40])
    with pytest.raises(RefusedError, match=r"cannot read .*short\.pickle: .*; expected a pick"):
        load_plain(tmp_path / "short.pickle")
    (tmp_path / "short.pbz2").write_bytes(b"BZh")
    with pytest.raises(RefusedError, match=r"cannot read .*short\.pbz2: "):
        load_plain(tmp_path / "short.pbz2")
    for name in ("no.pickle", "no.pth"):
        with pytest.raises(FileNotFoundError, match="No such file"):
            load_plain(tmp_path / name)
