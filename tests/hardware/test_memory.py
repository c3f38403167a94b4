from evonas.hardware.memory import Memory


def test_a_batch_multiplies_activations_and_not_weights():
    memory = Memory(peak_activations=10, n_weights=7)
    assert memory.peak_bytes() == 68
    assert memory.peak_bytes(batch=3, bytes_per_number=2) == 74
    assert memory.model_bytes(bytes_per_number=1) == 7
