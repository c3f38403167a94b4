"""When the searches of the literature have paid for themselves, at equal accuracy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evonas.carbon import fu2021
from evonas.carbon.literature import Network
from evonas.carbon.model import break_even
from evonas.carbon.spend import training_flops
from evonas.hardware.devices import V100, Device

EPOCHS = 250  # of a training on ImageNet, as Fu et al. 2021, section 2.1
N_TRAIN, N_VALIDATION = 1_281_167, 50_000  # images, Russakovsky et al. 2015


@dataclass(frozen=True)
class PaidBack:
    """When a search has paid for itself against a network that somebody made by hand.

    Attributes:
        ours: The network that the search found.
        theirs: The network made by hand that is at least as accurate with the fewest
            multiply-accumulates.
        search_kg: CO2 of the search, by Eq. 1 and 2 of Fu et al. on its own accelerator.
        trainings: Trainings after which the search is paid for; infinite where the other
            network is no dearer.
        images: Images that are answered after which it is; likewise.
    """

    ours: Network
    theirs: Network
    search_kg: float
    trainings: float
    images: float


def paid_back(
    networks: Iterable[Network], *, device: Device = V100, utilisation: float = 0.5
) -> list[PaidBack]:
    """When each search has paid for itself, the soonest first.

    Search, training and answering are all Eq. 1 and 2 of Fu et al. 2021: hours times the power
    of accelerator and host. Hours of a search are those that were published; hours of a
    training or an answer are those that the network's multiply-accumulates take at a stated
    share of the device's peak, so that both networks stand on one scale. Networks of depthwise
    layers take longer than that, which favours most of those that were searched.

    Args:
        networks: Searched networks and networks made by hand; searches without a price, and
            those that no network made by hand is as accurate as, are left out.
        device: The device that all trainings and answers run on.
        utilisation: The share of its peak that arithmetic reaches, in (0, 1].
    """
    every = [network for network in networks if network.gmacs is not None]
    by_hand = [network for network in every if not network.is_searched]
    found = [
        _compared(each, theirs, device=device, utilisation=utilisation)
        for each in every
        if each.is_searched and each.search_kg is not None
        if (theirs := _as_accurate(by_hand, each.top1)) is not None
    ]
    return sorted(found, key=lambda each: (each.trainings, each.ours.name))


def unpriced(networks: Iterable[Network]) -> list[Network]:
    """Searched networks whose search has no price: no published hours, or no known device."""
    return [each for each in networks if each.is_searched and each.search_kg is None]


def _as_accurate(by_hand: Sequence[Network], top1: float) -> Network | None:
    reached = [network for network in by_hand if network.top1 >= top1]
    return min(reached, key=lambda network: network.gmacs or 0.0, default=None)


def _compared(
    ours: Network, theirs: Network, *, device: Device, utilisation: float
) -> PaidBack:
    search_kg = ours.search_kg or 0.0
    per_image, per_training = (
        [
            _kg(flops(network), device=device, utilisation=utilisation)
            for network in (ours, theirs)
        ]
        for flops in (_image_flops, _training_flops)
    )
    return PaidBack(
        ours,
        theirs,
        search_kg,
        trainings=break_even(search_kg, ours_kg=per_training[0], theirs_kg=per_training[1]),
        images=break_even(search_kg, ours_kg=per_image[0], theirs_kg=per_image[1]),
    )


def _image_flops(network: Network) -> float:
    return 2e9 * (network.gmacs or 0.0)


def _training_flops(network: Network) -> float:
    return training_flops(
        _image_flops(network),
        n_train=N_TRAIN,
        n_validation=N_VALIDATION,
        epochs=EPOCHS,
        evaluations=EPOCHS,
    )


def _kg(flops: float, *, device: Device, utilisation: float) -> float:
    """CO2 by Eq. 1 and 2 of so many FLOPs."""
    hours = flops / (device.peak_flops_per_s * utilisation) / 3600
    return fu2021.kg(fu2021.search_energy_wh(hours, gpu_w=device.tdp_w))
