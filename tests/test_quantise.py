"""Eight bits are faster, and serve only where they judge as floats do."""

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from detector.config import WEIGHTS_DIR
from detector.runtime import Network
from detector.weights import FACES_FILE, MODEL_FILE
from train.export.quantise import coarse_maps, quantise, quantise_late

CROPS = np.random.default_rng(0).integers(0, 256, (16, 64, 64, 3), np.uint8)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """A network with maps of strides 2 to 16, as the bytes of a `.tflite` file."""
    keras.utils.set_random_seed(0)
    x = inputs = keras.Input((64, 64, 3), batch_size=1)
    x = keras.layers.Rescaling(1 / 127.5, -1.0)(x)
    for channels in (8, 16, 16, 32, 32):
        stride = 1 if x.shape[1] == 4 else 2
        x = keras.layers.Conv2D(channels, 3, stride, padding="same", activation="relu")(x)
    x = keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(x))
    path = tmp_path_factory.mktemp("network") / "network.tflite"
    keras.Model(inputs, x).export(path, format="litert", verbose=False)
    return path.read_bytes()


def run(content):
    network = Network(content, name="network", threads=1)
    return np.array([network(crop)[0].item() for crop in CROPS])


def sides_in_eight_bits(content):
    details = Interpreter(model_content=content).get_tensor_details()
    return {
        int(tensor["shape"][1])
        for tensor in details
        if tensor["dtype"] == np.int8 and len(tensor["shape"]) == 4 and tensor["shape"][0] == 1
    }


def test_the_answers_stay(content):
    floats = run(content)
    bytes_ = run(quantise(content, CROPS, tensors=coarse_maps(content, side=4)))
    assert 0.0 < np.abs(bytes_ - floats).max() < 0.1 * floats.std()


def test_only_small_maps_change(content):
    assert sides_in_eight_bits(content) == set()
    late = quantise(content, CROPS, tensors=coarse_maps(content, side=4))
    assert sides_in_eight_bits(late) == {4, 8}  # an 8 x 8 map goes into the first of them
    assert sides_in_eight_bits(quantise(content, CROPS, tensors=".")) > {8, 32}
    assert len(late) < len(content)


def test_a_network_without_small_maps_is_left_alone(content):
    assert coarse_maps(content, side=3) is None


@pytest.mark.parametrize(
    "logits, is_kept",
    {
        "as before": ([-2.01, -1.0, 1.0, 3.0], True),
        "one Real above the Fakes": ([4.0, -1.0, 1.0, 3.0], False),
        "in the same order, but moved": ([-2.5, -0.5, 0.5, 3.5], False),
    }.values(),
)
def test_eight_bits_that_judge_otherwise_do_not_serve(content, logits, is_kept):
    floats = [-2.0, -1.0, 1.0, 3.0]

    def predict(networks):
        in_floats = [network(CROPS[0])[0].item() == run(content)[0] for network in networks]
        answers = [floats if is_float else logits for is_float in in_floats]
        return np.array(answers), np.array([0, 0, 1, 1])

    found, report = quantise_late(content, CROPS, predict=predict)
    assert (report["kept"], found != content) == (is_kept, is_kept)
    assert report["float auc"] == 1.0


# 2.5.1 without its checks is in floats, until other weights come.
@pytest.mark.parametrize("name", [MODEL_FILE, FACES_FILE])
def test_what_ships_computes_in_eight_bits(name):
    details = Interpreter(model_path=str(WEIGHTS_DIR / name)).get_tensor_details()
    assert any(tensor["dtype"] == np.int8 for tensor in details)
