from collections import OrderedDict, namedtuple

import pytest
import torch

from evonas.networks.outputs import as_float, joined, logits_of

Named = namedtuple("Named", ["logits", "aux"])
LOGITS, OTHER = torch.arange(6.0).reshape(2, 3), torch.zeros(2, 3)


@pytest.mark.parametrize(
    "outputs",
    [
        LOGITS,
        (OTHER, LOGITS),
        [LOGITS],
        {"features": OTHER, "logits": LOGITS},
        OrderedDict(logits=LOGITS, other=OTHER),
        Named(LOGITS, OTHER),
        (LOGITS, None),
        (LOGITS, OTHER.mean(), OTHER[:, :, None, None]),
    ],
)
def test_the_logits_are_the_tensor_the_last_one_or_that_of_the_name(outputs):
    assert logits_of(outputs) is LOGITS


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (None, "the network gives a NoneType; to classify it must give a tensor of logits"),
        ((), "the network gives a tuple of nothing; "),
        ([LOGITS[0], "text"], "the network gives a list that ends in a str; "),
        (((LOGITS,),), "the network gives a tuple that ends in a tuple; "),
        ({"out": LOGITS}, "the network gives a dict of out; .* has one as 'logits'; for any"),
        ({"logits": None}, "the network gives a dict of logits; "),
    ],
)
def test_other_outputs_are_refused_with_what_was_expected(outputs, message):
    with pytest.raises(ValueError, match=message):
        logits_of(outputs)


def test_floating_points_become_single_precision_wherever_they_stand():
    half, count = LOGITS.half(), torch.ones(2, dtype=torch.int64)
    cast = as_float({"exits": [half, (half, count)], "note": "text"})
    first, (second, same) = cast["exits"]
    assert first.dtype == second.dtype == torch.float32
    assert same is count
    assert cast["note"] == "text"
    assert as_float(LOGITS) is LOGITS
    assert logits_of(as_float(Named(half, OTHER))).dtype == torch.float32


@pytest.mark.parametrize(
    "outputs",
    [LOGITS, (OTHER, LOGITS), {"logits": LOGITS, "deep": [OTHER, (LOGITS,)]}, Named(LOGITS, 3)],
)
def test_batches_are_joined_in_their_order_and_keep_their_kind(outputs):
    both = joined([outputs, outputs])
    assert logits_of(both).tolist() == [*LOGITS.tolist(), *LOGITS.tolist()]
    assert isinstance(both, type(outputs))


def test_a_number_of_each_batch_becomes_a_row_of_numbers():
    assert joined([torch.tensor(1.0), torch.tensor(2.0)]).tolist() == [1.0, 2.0]
