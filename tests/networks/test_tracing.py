import torch

from evonas.networks.tracing import storage_key


def test_views_share_what_a_tensor_is_known_by():
    tensor = torch.zeros(2, 3)
    assert storage_key(tensor) == storage_key(tensor.t()) != storage_key(tensor.clone())
