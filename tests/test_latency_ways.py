"""The comparison of the ways to know a latency: what its table says."""

from latency_ways import WAYS, Row, lines_of


def row(took, *told, runtime="torch"):
    return Row("toy", runtime, "0-1", took, *told, 0)


def test_each_way_of_each_runtime_has_a_line():
    rows = [row(1.0, 2.0, 1.1, 3.0), row(2.0, 4.0, 2.2, 2.0), row(3.0, 6.0, 3.3, 1.0)]
    rows += [row(1.0, 1.0, 1.0, 1.0, runtime="onnx"), row(2.0, 2.0, 2.0, 2.0, runtime="onnx")]
    head, *lines = lines_of(rows)
    assert "measured/told" in head
    assert [line.split()[:3] for line in lines] == [
        ["toy", runtime, way] for runtime in ("torch", "onnx") for way in WAYS
    ]
    assert lines[0].split()[3:] == ["1.000", "0.50", "100%"]
    assert lines[1].split()[3:] == ["1.000", "0.91", "10%"]
    assert lines[2].split()[3] == "-1.000"
