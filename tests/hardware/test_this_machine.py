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


@pytest.mark.parametrize(
    ("flags", "bits", "n_units"),
    [  # what does a multiply and an add at a time, of how many bits, and how many such units
        ("fpu avx avx2 avx512f", 512, 1),
        ("fpu avx avx2", 256, 2),  # Intel since Haswell, AMD since Zen 2
        ("fpu avx", 256, 1),  # no fused ones: one port adds while another multiplies
        ("fp asimd", 128, 2),  # Cortex-A76 and its kin
        ("neon", 128, 1),
        ("sse", 128, 1),
    ],
)
def test_a_cycle_does_two_operations_on_every_32_bits_of_every_unit(
    tmp_path, flags, bits, n_units
):
    file = tmp_path / "cpuinfo"
    file.write_text(f"model name : x @ 1.00GHz\nflags : {flags}\n")
    assert this_machine(file).peak_flops_per_s == 1e9 * 2 * bits / 32 * n_units


def test_the_first_processor_of_several_is_described(tmp_path):
    file = tmp_path / "cpuinfo"
    file.write_text(
        "model name : a @ 2.0GHz\nflags : avx\nmodel name : b @ 9GHz\nflags : avx2\n"
    )
    device = this_machine(file)
    assert device.peak_flops_per_s == 2e9 * 16
    assert device.source == "one core of a @ 2.0GHz, 2.0 GHz x 16; power and bandwidth assumed"
