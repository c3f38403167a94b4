import pytest
import torch

from evonas.data.policies import POLICIES, make_policy
from evonas.training.full_recipe import AUGMENTS


def test_what_help_texts_offer_is_what_there_is():
    assert POLICIES == ("randaugment", "trivial")
    assert set(POLICIES) < set(AUGMENTS)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", POLICIES)
def test_every_image_is_changed_by_a_draw_of_its_own(name, channels):
    one = torch.randint(0, 256, (1, channels, 8, 8), dtype=torch.uint8)
    torch.manual_seed(0)
    changed = make_policy(name)(one.expand(30, channels, 8, 8))
    assert changed.shape == (30, channels, 8, 8)
    assert changed.dtype == torch.uint8
    assert len(changed.flatten(1).unique(dim=0)) > 5
    torch.manual_seed(0)
    assert torch.equal(make_policy(name)(one.expand(30, channels, 8, 8)), changed)


def test_an_unknown_policy_is_named():
    with pytest.raises(ValueError, match="unknown policy 'autoaugment'; choose from randaug"):
        make_policy("autoaugment")
