import pytest

from evonas.hardware.this_machine import this_machine

XEON = "model name\t: Some Xeon @ 2.70GHz\nflags\t\t: fpu sse avx avx2 avx512f\n"
ARM = "processor\t: 0\nFeatures\t: fp asimd\n"


@pytest.mark.parametrize(
    ("text", "giga_flops_per_s", "name"),
    [(XEON, 2.7 * 32, "Some Xeon"), (ARM, 2.5 * 16, ""), ("", 2.5 * 8, "")],
)
def test_a_core_is_described_by_its_clock_and_widest_instructions(
    tmp_path, text, giga_flops_per_s, name
):
    file = tmp_path / "cpuinfo"
    file.write_text(text)
    device = this_machine(file)
    assert device.peak_flops_per_s == pytest.approx(1e9 * giga_flops_per_s)
    assert device.tdp_w == 7.5  # 45 W of an i7-10750H, over six cores
    assert name in device.source
    assert not device.has_host


def test_a_machine_that_does_not_describe_itself_is_assumed(tmp_path):
    assert this_machine(tmp_path / "none").peak_flops_per_s == 2.5e9 * 8
    assert this_machine() == this_machine()
