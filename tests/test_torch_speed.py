"""Training on PyTorch is made faster, not different."""

import json

import pytest

pytest.importorskip("torch")

TRAIN = """
import json, sys
import keras, numpy as np
from train.fitting.torch_speed import speed_up_torch

def build():
    layers = keras.layers
    inputs = keras.Input((16, 16, 3))
    x = layers.Rescaling(1 / 127.5, -1.0)(inputs)
    for filters in (8, 12):
        x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.8)(x)
        x = layers.ReLU(6.0)(x)
        x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.8)(x)
        x = layers.ReLU(6.0)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(1)(x))

def train(weights):
    model = build()
    model.set_weights(weights)
    model.compile(
        keras.optimizers.Adam(3e-3), keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=False,
    )
    for start in range(0, 96, 32):
        model.train_on_batch(pictures[start : start + 32], labels[start : start + 32])
    parts = [model(pictures[:32], training=False), model(pictures[:32], training=True)]
    return [keras.ops.convert_to_numpy(part)[:, 0].tolist() for part in parts]

generator = np.random.default_rng(0)
pictures = generator.uniform(0, 255, (96, 16, 16, 3)).astype(np.float32)
labels = generator.integers(0, 2, (96, 1)).astype(np.float32)
keras.utils.set_random_seed(0)
weights = build().get_weights()
stock_call = keras.layers.BatchNormalization.call
stock = train(weights)
speed_up_torch()
fast = train(weights)
untrained = build()
untrained.set_weights(weights)
untrained = keras.ops.convert_to_numpy(untrained(pictures[:32]))[:, 0].tolist()
print(json.dumps({
    "backend": keras.backend.backend(), "stock": stock, "fast": fast, "untrained": untrained,
    "is_switched": keras.layers.BatchNormalization.call is not stock_call,
}))
"""


def test_fast_kernels_train_the_same_network(run_python):
    """A faster kernel that learns something else would spoil every figure."""
    done = run_python("-c", TRAIN, KERAS_BACKEND="torch")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["backend"] == "torch" and found["is_switched"]
    for fast, stock in zip(found["fast"], found["stock"], strict=True):
        assert fast == pytest.approx(stock, abs=1e-3)
    # What is compared has learnt: else the same nothing would be compared.
    assert found["stock"][0] != pytest.approx(found["untrained"], abs=1e-2)


HALF = """
import json
import keras, numpy as np, torch
from train.fitting.torch_speed import speed_up_torch

speed_up_torch()
results = []
for kernel, padding, side in ((3, "valid", 9), (3, "same", 8), (3, "same", 9), (5, "same", 8)):
    pictures = np.random.default_rng(0).uniform(-1, 1, (2, side, side, 4)).astype(np.float32)
    weights, found = None, {}
    for policy in ("float32", "mixed_bfloat16"):
        layer = keras.layers.DepthwiseConv2D(
            kernel, strides=2, padding=padding, use_bias=False, dtype=policy
        )
        layer.build(pictures.shape)
        weights = weights or layer.get_weights()
        layer.set_weights(weights)
        given = torch.tensor(pictures, requires_grad=True)
        output = layer(given)
        output.float().square().sum().backward()
        gradients = (given.grad, layer.trainable_weights[0].value.grad)
        found[policy] = [str(output.dtype), *(x.detach().float().flatten().tolist()
                                              for x in (output, *gradients))]
    results.append(found)
print(json.dumps(results))
"""


def test_half_precision_with_strides_is_the_same_convolution(run_python):
    """It has a backward pass of its own: PyTorch's takes ten times as long."""
    done = run_python("-c", HALF, KERAS_BACKEND="torch")
    assert done.returncode == 0, done.stderr
    for found in json.loads(done.stdout.splitlines()[-1]):
        assert found["mixed_bfloat16"][0] == "torch.bfloat16"
        for half, single in zip(found["mixed_bfloat16"][1:], found["float32"][1:], strict=True):
            assert half == pytest.approx(single, rel=0.05, abs=0.08)
