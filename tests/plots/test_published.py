import matplotlib.figure
import pytest

from evonas.networks.published import NEWER, RESNETS, published_networks
from evonas.plots.published import draw_zoo


@pytest.fixture(scope="module")
def figure():
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            matplotlib.figure.Figure, "savefig", lambda self, out, **_: found.append(self)
        )
        draw_zoo(published_networks(), published_networks(NEWER), out="out")
    return found[0]


def test_the_zoo_stands_above_and_the_family_alone_below(figure):
    by_params, by_flops, family, family_flops = figure.axes
    labels = [ax.get_xlabel() for ax in (by_params, by_flops, family, family_flops)]
    assert labels == ["parameters", "FPO of one image"] * 2
    for ax in (by_params, by_flops):
        assert len(ax.lines[1].get_xdata()) == len(published_networks())
    for ax in (family, family_flops):
        assert len(ax.lines[1].get_xdata()) == len(RESNETS)
        assert ax.get_xscale() == "log"


def test_the_line_is_of_the_best_for_their_operations(figure):
    (line,) = (x for x in figure.axes[1].lines if x.get_label() == "best for its FPO")
    accuracies = line.get_ydata()
    assert (accuracies[1:] > accuracies[:-1]).all()
    assert accuracies[-1] == max(each.top1 for each in published_networks())
