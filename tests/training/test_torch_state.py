import subprocess
import sys

import torch

from evonas.process_state import keep, put_back
from evonas.training import torch_state

IN_A_FRESH_PROCESS = """
import sys
from evonas.evaluation.isolation import isolated
assert "torch" not in sys.modules
with isolated(3) as lasting:
    import torch
    torch.nn.Linear(2, 2)(torch.ones(1, 2)).sum().backward()
    if len(sys.argv) > 1:
        torch.set_default_dtype(torch.float64)
        torch.set_num_threads(5)
        torch.nn.modules.module.register_module_forward_hook(print)
print(torch.get_default_dtype(), torch.get_num_threads(), lasting)
"""


def fresh(*words):
    environment = {"OMP_NUM_THREADS": "1", "PATH": ""}
    command = [sys.executable, "-c", IN_A_FRESH_PROCESS, *words]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.strip()


def test_torch_as_a_candidate_imports_it_is_as_it_would_be_without_the_candidate():
    assert fresh() == "torch.float32 1 []"
    assert fresh("changed") == 'torch.float32 1 ["torch\'s hooks of all networks"]'


def test_every_setting_can_be_written_as_it_was_read():
    kept = keep(torch_state.TORCH)
    for setting, value in kept:
        setting.write(value)
    assert [value for _, value in keep(torch_state.TORCH)] == [value for _, value in kept]
    assert len({setting.name for setting in torch_state.TORCH}) == len(torch_state.TORCH)
    assert not [value for _, value in kept if isinstance(value, type)], "cannot be read"


def test_a_default_device_leaves_no_mode_behind():
    kept = keep(torch_state.TORCH)
    torch.set_default_device("meta")
    assert put_back(kept) == []
    assert torch.zeros(1).device.type == "cpu"


def test_the_random_state_begins_from_a_seed_and_can_be_had_again():
    before = torch_state.random_state()
    draws = []
    for _ in range(2):
        torch_state.seed(5)
        draws.append(torch.rand(3).tolist())
    torch_state.set_random_state(before)
    first = torch.rand(3)
    torch_state.set_random_state(before)
    assert draws[0] == draws[1]
    assert torch.equal(torch.rand(3), first)


def test_what_torch_replaces_in_itself_is_no_change_of_a_candidates():
    """Compiling, for one, wraps how every network is made."""
    code = """
import torch
from evonas.evaluation.isolation import isolated
with isolated(3) as lasting:
    import torch._dynamo.mutation_guard as guard
    guard.install_generation_tagging_init()
print(lasting)
with isolated(3) as lasting:
    torch.nn.Linear.forward = torch.nn.Identity.forward
print(lasting)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["[]", "['Linear.forward']"]
