"""Forward passes: alone with all threads, side by side with one each."""

import concurrent.futures
import pickle
import threading

import keras
import numpy as np
import pytest

from detector import runtime
from detector.errors import WeightsError
from detector.runtime import Network, one_verdict
from detector.weights import MODEL_FILE, self_test_crops


@pytest.fixture
def used(monkeypatch):
    """Threads of the interpreters that are made from now on."""
    made = []

    class Counted(runtime.Interpreter):
        def __init__(self, *, model_content, num_threads):
            made.append(num_threads)
            super().__init__(model_content=model_content, num_threads=num_threads)

    monkeypatch.setattr(runtime, "Interpreter", Counted)
    return made


@pytest.fixture
def network(detector, used):
    """The verdict's network, to be called as if nothing else was."""
    content = (detector.weights.folder / MODEL_FILE).read_bytes()
    return Network(content, name=MODEL_FILE, threads=2)


@pytest.fixture
def crop(detector):
    return self_test_crops(detector.weights.spec.input_size)[0]


def run_side_by_side(network, crop, count):
    """Outputs of so many verdicts, none of which ends before all have had their pass."""
    all_ran = threading.Barrier(count, timeout=60)

    def judge(_):
        with one_verdict():
            all_ran.wait()
            outputs = network(crop)
            all_ran.wait()
            return outputs

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(judge, range(count)))


def test_a_verdict_alone_has_all_threads(network, used, crop):
    with one_verdict():
        network(crop)
    assert used == [2]


def test_verdicts_side_by_side_have_one_thread_each(network, used, crop):
    """Two threads of two passes on two cores wait for each other."""
    alone = network(crop)
    for outputs in run_side_by_side(network, crop, 2):
        for found, expected in zip(outputs, alone, strict=True):
            np.testing.assert_allclose(found, expected, atol=1e-4)
    assert used[0] == 2 and set(used[1:]) == {1}
    network(crop)
    assert len(used) <= 3


def test_there_are_no_more_networks_than_cores(detector, used, crop, monkeypatch):
    """Each holds megabytes; verdicts beyond them wait."""
    monkeypatch.setattr(runtime, "count_cores", lambda: 2)
    content = (detector.weights.folder / MODEL_FILE).read_bytes()
    network = Network(content, name=MODEL_FILE, threads=2)
    for _ in range(3):
        run_side_by_side(network, crop, 5)
    assert len(used) <= 3


def test_a_failed_pass_blocks_no_later_one(network, crop):
    """With one network lost for each, a page would stand still in the end."""
    for _ in range(runtime.count_cores() + 1):
        with one_verdict(), one_verdict(), pytest.raises(RuntimeError):
            network(crop[..., :2])
        assert network._beside.qsize() == runtime.count_cores()
    with pytest.raises(RuntimeError):
        network(crop[..., :2])
    assert network(crop)
    with one_verdict(), one_verdict():
        assert network(crop)


def test_a_pass_that_gives_way_runs_after_the_photo(network, used, crop, monkeypatch):
    """A clip takes seconds anyway; a photo beside it has all threads."""
    monkeypatch.setattr(runtime, "PATIENCE", 60.0)
    order = []

    def watch():
        with one_verdict(gives_way=True):
            network(crop)
            order.append("clip")

    with one_verdict():
        clip = threading.Thread(target=watch)
        clip.start()
        clip.join(0.2)
        network(crop)
        order.append("photo")
    clip.join(60)
    assert order == ["photo", "clip"]
    assert used == [2]


def test_photos_without_end_do_not_stop_a_clip(network, used, crop, monkeypatch):
    monkeypatch.setattr(runtime, "PATIENCE", 0.01)
    with one_verdict(), concurrent.futures.ThreadPoolExecutor(1) as pool:
        run = one_verdict(gives_way=True)(network)
        assert pool.submit(run, crop).result(60)
    assert used == [2, 1]


def test_a_verdict_that_failed_is_over():
    before = runtime._verdicts
    with pytest.raises(ZeroDivisionError), one_verdict():
        raise ZeroDivisionError
    assert runtime._verdicts == before


def test_another_process_gets_one_thread(network, used, crop):
    """It is one of several workers."""
    twin = pickle.loads(pickle.dumps(network))
    assert used == [2, 1]
    np.testing.assert_allclose(twin(crop)[0], network(crop)[0], atol=1e-4)


def test_a_network_that_takes_bytes_is_refused(tmp_path):
    """A picture copied into bytes that stand for something else would be another picture."""
    inputs = keras.Input((8, 8, 3), batch_size=1, dtype="uint8")
    outputs = keras.layers.Rescaling(1 / 255)(inputs)
    keras.Model(inputs, outputs).export(tmp_path / MODEL_FILE, format="litert", verbose=False)
    with pytest.raises(WeightsError, match=r"float32 input.*uint8"):
        Network((tmp_path / MODEL_FILE).read_bytes(), name=MODEL_FILE, threads=1)
