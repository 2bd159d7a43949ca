"""Every network of the source projects is here by name, as declared, and trains."""

import functools

import keras
import numpy as np
import pytest

from detector.errors import ConfigError
from train.export.class_activation import evidence_of
from train.models import architectures
from train.models.declarations import ALIASES, DECLARED, PUBLISHED
from train.models.notation import Declaration, draw

SMALL = 32  # pixels, at which a test trains in a moment; the projects declare theirs at 128

# What the projects say, written down a second time as numbers: convolutions as (filters, kernel,
# stride, stride of the 2x2 pooling behind or 0), whether each has batch norm, the dense widths
# before the logit and whether they have batch norm. Counted below by hand, without Keras.
THREE = [(32, 3, 1, 2), (64, 3, 1, 2), (128, 3, 1, 2)]
FOUR = [*THREE, (256, 3, 1, 2)]
VALID = {"mytechnotalent_1", "mytechnotalent_2", "mytechnotalent_3", "mytechnotalent_4"}
NETWORKS = {
    "four_block_cnn": (FOUR, True, [512, 256, 128], False),
    "mytechnotalent_1": ([(16, 4, 1, 2), (36, 2, 1, 1)], True, [128, 64, 32], False),
    "mytechnotalent_2": ([(16, 4, 2, 2), (32, 2, 1, 1)], True, [128, 64, 32], False),
    "mytechnotalent_3": ([(16, 4, 1, 2), (32, 2, 1, 1)], True, [128, 64, 32], False),
    "mytechnotalent_4": ([(16, 4, 1, 2), (32, 2, 1, 1)], True, [128, 64, 32], False),
    "mytechnotalent_5": (THREE, True, [256, 128, 64], False),
    "mytechnotalent_6": (FOUR, True, [512, 256, 128], False),
    "mytechnotalent_7": (THREE, True, [256, 128, 64, 32], False),
    "mytechnotalent_8": (THREE, True, [128, 64], False),
    "mytechnotalent_9": ([(32, 3, 1, 0), (64, 3, 1, 0), (128, 3, 1, 2)], True, [256, 128], True),
    "mytechnotalent_10": (THREE, True, [128, 64], False),
    "mytechnotalent_11": (FOUR, True, [512, 256, 128], False),
    "mytechnotalent_12": (FOUR, True, [512, 256, 128], False),
    "mytechnotalent_13": (FOUR, True, [512, 256, 128], False),
    "mytechnotalent_14": (FOUR, True, [512, 256, 128], False),
    "mytechnotalent_15": (FOUR, True, [512, 256, 128, 64], False),
    "mytechnotalent_16": (FOUR, True, [512, 256, 64], False),
    "mytechnotalent_17": (FOUR, True, [512, 256, 128], False),
    "mytechnotalent_18": (FOUR, True, [256, 128, 64], False),
    "mytechnotalent_19": (
        [(32, 3, 1, 2), (64, 3, 1, 2), (128, 3, 1, 1), (256, 3, 1, 1), (512, 3, 1, 2)],
        *(True, [512, 256, 128], False),
    ),
    "mytechnotalent_20": (
        [(32, 3, 1, 0), (64, 3, 1, 2), (128, 3, 1, 0), (256, 3, 1, 2)],
        *(True, [512, 256, 128], True),
    ),
    "plain_cnn": (THREE, False, [128], False),
    "three_block_cnn": (THREE, True, [128], False),
}
# Dropout rates in order, and the slope of leaky ReLU.
DROPOUTS = {
    "four_block_cnn": [0.5, 0.5],
    "mytechnotalent_4": [0.25, 0.5],
    "mytechnotalent_5": [0.5, 0.5],
    "mytechnotalent_6": [0.5, 0.5],
    "mytechnotalent_7": [0.5, 0.5, 0.5],
    "mytechnotalent_8": [0.5],
    "mytechnotalent_9": [0.5, 0.5],
    "mytechnotalent_10": [0.5],
    "mytechnotalent_11": [0.5, 0.5, 0.5],
    "mytechnotalent_13": [0.3, 0.3],
    "mytechnotalent_14": [0.7, 0.7],
    "mytechnotalent_15": [0.7, 0.7, 0.7],
    "mytechnotalent_16": [0.7, 0.7, 0.7],
    "mytechnotalent_17": [0.9, 0.9],
    "mytechnotalent_18": [0.5, 0.5],
    "mytechnotalent_19": [0.5, 0.5],
    "mytechnotalent_20": [0.5, 0.5],
    "plain_cnn": [0.5],
}
SLOPES = {
    "mytechnotalent_1": 0.01,
    "mytechnotalent_3": 0.02,
    "mytechnotalent_4": 0.01,
    "mytechnotalent_20": 0.01,
}
SCALES = {
    "four_block_cnn": (1 / 127.5, -1.0),
    "plain_cnn": (1 / 255, 0),
    "three_block_cnn": (1 / 255, 0),
}


BACKBONES = ("mobilenet_v2", "efficientnet_lite0", "efficientnet_v2_b0", "resnet50_v2")
SIDES = dict.fromkeys(BACKBONES, 96)  # pixels, where a last map of one place would say nothing


def count_by_hand(name, side):
    convolutions, has_norms, dense, has_dense_norms = NETWORKS[name]
    channels, total = 3, 0
    for filters, kernel, stride, pooling in convolutions:
        total += (kernel * kernel * channels + 1) * filters
        total += 4 * filters if has_norms else 0  # scale, shift, moving mean and variance
        channels = filters
        side = (side - kernel) // stride + 1 if name in VALID else -(-side // stride)
        if pooling:
            side = (side - 2) // pooling + 1
    width = side * side * channels
    for units in dense:
        total += (width + 1) * units + (4 * units if has_dense_norms else 0)
        width = units
    return total + width + 1


@functools.cache
def built(name):
    """A network, built once for what it is made of, whether it trains and how it is explained."""
    keras.backend.clear_session()  # names of layers count from nothing
    keras.utils.set_random_seed(0)
    return architectures.build(name, input_size=SIDES.get(name, SMALL))


def of_type(model, *types):
    return [layer for layer in model.layers if isinstance(layer, types)]


def test_every_network_has_a_name():
    """Whoever comes from one of the five projects looks for it by name."""
    assert set(architectures.REGISTRY) == {*NETWORKS, *BACKBONES, "tiny"}
    assert set(ALIASES) == {"mytechnotalent_10"}
    assert sum(accuracy is not None for accuracy in PUBLISHED.values()) == 20
    assert (PUBLISHED["mytechnotalent_13"], PUBLISHED["mytechnotalent_10"]) == (0.8912, 0.8518)


def test_no_network_is_declared_twice():
    """Two copies drift apart."""
    assert len({(d.layers, d.padding, d.scale, d.offset) for d in DECLARED.values()}) == len(
        DECLARED
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_network_is_as_declared(name):
    """A figure under a project's name must be that of the project's network."""
    model = built(name)
    assert model.input_shape == (None, SMALL, SMALL, 3) and model.output_shape == (None, 1)
    assert model.count_params() == count_by_hand(name, SMALL)
    assert not of_type(model, keras.Model, keras.layers.Lambda)
    (scaling,) = of_type(model, keras.layers.Rescaling)
    assert (scaling.scale, scaling.offset) == SCALES.get(name, (1 / 127, 0.0))
    rates = [layer.rate for layer in of_type(model, keras.layers.Dropout)]
    assert rates == [*DROPOUTS.get(name, []), 0.0]
    leaky, plain = of_type(model, keras.layers.LeakyReLU), of_type(model, keras.layers.ReLU)
    activations = len(NETWORKS[name][0]) + len(NETWORKS[name][2])
    assert len(leaky) + len(plain) == activations and not (leaky and plain)
    assert all(layer.negative_slope == pytest.approx(SLOPES[name]) for layer in leaky)
    assert bool(leaky) == (name in SLOPES)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*NETWORKS, *BACKBONES])
def test_one_batch_trains(name):
    """A declaration that builds may still pass on no gradient, or nothing but NaN."""
    model = built(name)
    model.compile(
        keras.optimizers.SGD(0.01),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        run_eagerly=True,  # three times faster than to trace a graph for one batch
        jit_compile=False,
    )
    shape = (4, *model.input_shape[1:])
    crops = np.random.default_rng(0).integers(0, 256, shape).astype(np.float32)
    first = next(layer for layer in model.layers if layer.trainable_weights)
    before = [np.array(first.kernel), np.array(model.get_layer("logit").kernel)]
    loss = model.train_on_batch(crops, np.array([[0], [1], [0], [1]], np.float32))
    after = [np.array(first.kernel), np.array(model.get_layer("logit").kernel)]
    assert np.isfinite(loss)
    for old, new in zip(before, after, strict=True):
        assert np.isfinite(new).all() and not np.array_equal(old, new)


def test_unknown_word_is_refused():
    with pytest.raises(ConfigError, match="'X9' is no layer"):
        draw(Declaration("C8 X9", scale=1.0), keras.Input((8, 8, 3)))


# Grad-CAM of networks that end in dense layers. Of each kind one: pooling, dropout and pooling
# before the flattening, batch norm and leaky ReLU in the dense part, neither.
EXPLAINED = {
    "mytechnotalent_13": "batch_normalization_3",
    "mytechnotalent_4": "batch_normalization_1",
    "mytechnotalent_20": "leaky_re_lu_3",
    "plain_cnn": "re_lu_2",
    "three_block_cnn": "re_lu_2",
    # These end in global average pooling.
    "mobilenet_v2": "out_relu",
    "efficientnet_lite0": "top_act",
    "efficientnet_v2_b0": "top_activation",
    "resnet50_v2": "post_relu",
}


@pytest.fixture(scope="module", params=EXPLAINED)
def explained(request):
    """A network with weights as after training: none of them 0 or 1."""
    model = built(request.param)
    generator = np.random.default_rng(5)
    for layer in of_type(model, keras.layers.BatchNormalization, keras.layers.Dense):
        for weight in layer.weights:
            noise = generator.uniform(0.8, 1.2, weight.shape)
            weight.assign(np.array(weight) * noise + 0.02 * (noise - 0.9))
    return model, EXPLAINED[request.param]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_evidence_equals_grad_cam_of_tf_keras_vis(explained, sign):
    """The heatmap of every network must be Grad-CAM, with global average pooling or without."""
    from tf_keras_vis.gradcam import Gradcam

    model, layer = explained
    explain = keras.Model(model.input, evidence_of(model))
    shape = (3, *model.input_shape[1:])
    crops = np.random.default_rng(1).uniform(0, 255, shape).astype(np.float32)
    expected = Gradcam(model, clone=False)(
        lambda output: sign * output[:, 0],
        crops,
        penultimate_layer=layer,
        seek_penultimate_conv_layer=False,
        expand_cam=False,
        normalize_cam=False,
    )
    found = np.maximum(sign * np.array(explain(crops))[..., 0], 0.0)
    for one, other in zip(found, np.asarray(expected), strict=True):
        assert one / max(one.max(), 1e-12) == pytest.approx(
            other / max(other.max(), 1e-12), abs=1e-3
        )


def test_evidence_through_an_unknown_layer_is_refused():
    """A map that leaves a layer out would look like any other."""
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Dense(4)(keras.layers.Flatten()(keras.layers.Conv2D(2, 3)(inputs)))
    x = keras.layers.Identity(name="embedding")(keras.layers.Softmax(name="softmax")(x))
    model = keras.Model(inputs, keras.layers.Dense(1, name="logit")(x))
    with pytest.raises(ConfigError, match=r"softmax \(Softmax\) is not written"):
        evidence_of(model)
