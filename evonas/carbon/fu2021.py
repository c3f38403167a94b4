"""The equations of Fu et al. 2021 as published: an index to compare with their paper.

Fu, Hosseini & Plataniotis, "Reconsidering CO2 emissions from Computer Vision". What one would
measure is the business of ``evonas.carbon.model``.
"""

from __future__ import annotations

from evonas.carbon.assumptions import PUE, TRAININGS_PER_CITATION
from evonas.hardware.devices import I7_10750H_W, V100

EPA_MARGINAL_G_PER_KWH = 707.0  # EPA 2021, for kWh *avoided* in the USA; not an average grid
RESNET_GPU_HOURS = 250 * 40 / 60  # section 2.1: 250 epochs of 40 minutes on ImageNet
NAS_GPU_HOURS = 250 * 60 / 60  # section 2.1: of 60 minutes, for networks that were searched for
# Fitted to their Table 1, for Fu et al. print no peak: half of the data sheet's 499.2 GFLOP/s,
# with which ResNet's 325.88 t would be 178.6.
I7_10750H_PEAK_FLOPS_PER_S = 249.6e9
WATT_PER_GFLOPS = 1e9 * (
    V100.tdp_w / V100.peak_flops_per_s + I7_10750H_W / I7_10750H_PEAK_FLOPS_PER_S
)  # w_g + w_c = 0.1994, of which the host is 90 %


def search_energy_wh(
    gpu_hours: float,
    *,
    gpu_w: float = V100.tdp_w,
    cpu_w: float = I7_10750H_W,
    pue: float = PUE,
) -> float:
    """Energy of a search, or of any GPU hours: Fu et al. 2021, Eq. 1."""
    return pue * gpu_hours * (gpu_w + cpu_w)


def kg(energy_wh: float) -> float:
    """CO2 of an energy in watt-hours: Fu et al. 2021, Eq. 2.

    Their 0.707e-3 is kilograms per watt-hour (tonnes per kilowatt-hour): EPA's rate for
    electricity that somebody saves, which is not the mean of a grid.
    """
    return energy_wh * EPA_MARGINAL_G_PER_KWH / 1e6


def training_energy_wh(
    gflops: float, *, gpu_hours: float, watt_per_gflops: float = WATT_PER_GFLOPS
) -> float:
    """Index of one training, called watt-hours by its authors: Fu et al. 2021, Eq. 3.

    It is not dimensionally an energy: FLOP of one forward pass, times watts per FLOP/s, times
    hours is joule-hours, and watt-hours only for a network run once per second. It knows no
    PUE and charges each FLOP to GPU *and* CPU. For the same ResNet training Eq. 1 gives 724
    times as much (91,425 against 126.3 Wh): never add or compare the two. ``watt_per_gflops``
    is their w_g + w_c, here of a V100 and an i7-10750H.
    """
    return gflops * watt_per_gflops * gpu_hours


def lifetime_kg(
    gflops: float,
    *,
    gpu_hours: float,
    citations: float,
    trainings_per_citation: float = TRAININGS_PER_CITATION,
) -> float:
    """Index of all trainings of a published network: Fu et al. 2021, Table 1 and Figure 4.

    It inherits the dimensions and the factor 724 of ``training_energy_wh``.
    """
    energy_wh = training_energy_wh(gflops, gpu_hours=gpu_hours)
    return kg(energy_wh) * citations * trainings_per_citation
