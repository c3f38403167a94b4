from peer_tasks import SPACE, peer_task


def test_a_task_tells_of_its_genes_what_a_peer_may_know():
    task = peer_task([])
    assert task.names == SPACE.names
    assert task.sizes == (8, 2, 5, 1, 4)
    assert task.is_ordered == (True, False, True, False, False)
