import torch
from torch import nn

from evonas.models.deployed import Deployed, logits_for, median_latency
from evonas.training.judging import inputs

from ..training.stripes import CPU, network, stripes


def test_the_normalisation_is_inside():
    dataset, model = stripes(), network().eval()
    deployed = Deployed(model, dataset)
    images = dataset.test.images
    expected = model(inputs(images, dataset, device=CPU))
    assert torch.allclose(logits_for(deployed, images, batch_size=7), expected, atol=1e-5)


def test_the_network_is_copied_and_in_evaluation():
    model = network().train()
    deployed = Deployed(model, stripes())
    assert not deployed.training
    assert not deployed.network.training
    assert model.training
    nn.init.zeros_(model[-1].weight)
    assert deployed.network[-1].weight.abs().sum() > 0


def test_logits_are_found_among_several_outputs():
    class Several(nn.Module):
        def forward(self, images):
            return {"features": images, "logits": images.flatten(1)[:, :2].double()}

    logits = logits_for(Deployed(Several(), stripes()), stripes().test.images)
    assert logits.shape == (30, 2)
    assert logits.dtype == torch.float32


def test_a_latency_is_the_median_of_passes_that_come_after_the_first_ones():
    class Counting(nn.Module):
        n = 0

        def forward(self, images):
            self.n += 1
            return images

    model = Counting()
    assert 0 < median_latency(model, torch.zeros(1, 1, 8, 8), n_passes=11) < 0.1
    assert model.n == 21
