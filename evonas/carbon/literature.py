"""Published networks, in ``networks.csv``, and what Fu et al. 2021 print of some."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from evonas.carbon import fu2021
from evonas.hardware.devices import DEVICES, V100, Device

HOME_YEAR_T = 5.906  # fits all rows of their Table 1; the size of EPA's home electricity
CAR_YEAR_T = 4.626  # fits two rows of three; the third is a misprint


@dataclass(frozen=True)
class Network:
    """A published network for ImageNet at 224 x 224.

    Attributes:
        name: The network's name, as its authors call it.
        top1: Top-1 accuracy on ImageNet, in percent.
        gmacs: Billions of multiply-accumulates of one image, which Fu et al. call FLOPS;
            ``None`` where they are not in the source.
        params: Trainable parameters; ``None`` where they are not in the source.
        search_gpu_hours: GPU hours of the search that found the network; ``None`` where nobody
            has published them.
        accelerator: The accelerator of the search, by its name in ``devices.csv``; empty where
            the source names none.
        is_searched: Whether a search found the network, and not somebody by hand.
        source: Where the numbers come from, with the year of the network.
    """

    name: str
    top1: float
    gmacs: float | None
    params: float | None
    search_gpu_hours: float | None
    accelerator: str
    is_searched: bool
    source: str

    @property
    def gpu_hours(self) -> float:
        """GPU hours of one training, as Fu et al. assume: 250 epochs of 60 minutes, or 40."""
        return fu2021.NAS_GPU_HOURS if self.is_searched else fu2021.RESNET_GPU_HOURS

    @property
    def device(self) -> Device | None:
        """The accelerator of the search; a V100 where none is named, as Fu et al. assume.

        ``None`` where one is named that is not in ``devices.csv``.
        """
        return DEVICES.get(self.accelerator) if self.accelerator else V100

    @property
    def search_kg(self) -> float | None:
        """CO2 of the search: Fu et al. 2021, Eq. 1 and 2, on its own accelerator."""
        if self.search_gpu_hours is None or self.device is None:
            return None
        hours, power = self.search_gpu_hours, self.device.tdp_w
        return fu2021.kg(fu2021.search_energy_wh(hours, gpu_w=power))

    @property
    def training_index_kg(self) -> float:
        """CO2 of one training by Eq. 3, which is an index (see ``fu2021``).

        Raises:
            ValueError: The source does not tell the network's multiply-accumulates.
        """
        if self.gmacs is None:
            raise ValueError(f"nobody tells the multiply-accumulates of {self.name}")
        return fu2021.lifetime_kg(
            self.gmacs, gpu_hours=self.gpu_hours, citations=1, trainings_per_citation=1
        )


def _read() -> dict[str, Network]:
    with (
        resources.files("evonas.carbon")
        .joinpath("networks.csv")
        .open(encoding="utf-8") as lines
    ):
        return {row["name"]: _network(row) for row in csv.DictReader(lines)}


def _network(row: Mapping[str, str]) -> Network:
    macs, params, hours = (
        float(row[column]) if row[column] else None
        for column in ("macs [M]", "params [M]", "search [GPU h]")
    )
    return Network(
        name=row["name"],
        top1=float(row["top-1 [%]"]),
        gmacs=None if macs is None else macs / 1000,
        params=None if params is None else 1e6 * params,
        search_gpu_hours=hours,
        accelerator=row["accelerator"],
        is_searched=row["kind"] == "nas",
        source=f"{row['source']} ({row['year']})",
    )


NETWORKS: Mapping[str, Network] = _read()


@dataclass(frozen=True)
class Printed:
    """One row of Table 1 of Fu et al. 2021, and what we put into their equations for it.

    Attributes:
        name: The name of the network, as the table has it.
        tonnes: Tonnes of CO2 of all trainings of the network, as printed.
        cars: Cars whose driving for a year emits as much as the trainings, as printed.
        homes: Homes whose power for a year emits as much as the trainings, as printed.
        network: The member of the family that we take, by torchvision's name.
        gmacs: The FLOPS with which Eq. 3 gives what is printed, in billions of
            multiply-accumulates of one image. Nothing else is reckoned with them: the network
            itself is counted.
        citations: How many papers we take to cite the network; ``None`` where they print no
            number.
        remark: What does not fit, in words.
    """

    name: str
    tonnes: float
    cars: float
    homes: float
    network: str
    gmacs: float
    citations: float | None
    remark: str

    @property
    def tonnes_per_citation(self) -> float:
        """Tonnes of CO2 for each citation, by Eq. 3 with 50 trainings each."""
        kg = fu2021.lifetime_kg(self.gmacs, gpu_hours=fu2021.RESNET_GPU_HOURS, citations=1)
        return kg / 1000

    @property
    def ours_tonnes(self) -> float | None:
        """Tonnes of CO2 by Eq. 3; ``None`` where the citations are not known."""
        return None if self.citations is None else self.citations * self.tonnes_per_citation

    @property
    def implied_citations(self) -> float:
        """How many citations would give the tonnes that are printed."""
        return self.tonnes / self.tonnes_per_citation


TABLE_1 = (
    Printed(
        name="ResNet",
        tonnes=326.6,
        cars=70.6,
        homes=55.3,
        network="resnet50",
        gmacs=3.8,  # He et al. 2016, Table 1: ResNet-50
        citations=73_000,  # Fu et al. 2021, section 2.1
        remark="as ResNet-50 on a V100, without PUE",
    ),
    Printed(
        name="VGG",
        tonnes=181.7,
        cars=39.8,
        homes=30.8,
        network="vgg16",
        gmacs=15.47,  # torchvision, VGG-16
        citations=None,
        remark="no VGG has so few citations; 181.7 t are 39.3 car-years, not 39.8",
    ),
    Printed(
        name="GoogLeNet",
        tonnes=65.1,
        cars=14.1,
        homes=11.0,
        network="googlenet",
        gmacs=2.0,  # of several counts in use, the one that gives believable citations
        citations=None,
        remark="fits 2.0 GFLOPS with 27.7 thousand citations; not printed, so not a check",
    ),
)
