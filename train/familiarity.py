"""How far a face is from those of training: a Mahalanobis distance inside the network.

A network trained on one kind of fakes answers on photos of any kind, and confidently. What it saw
in training is described by the mean and spread of each channel of a middle layer, where features
still tell about texture and light and not only about the label (Lee et al., NeurIPS 2018, measure
the distance in several layers; of the layers tried, this one told other origins apart best, see
train/EXPERIMENTS.md). The distance becomes an output of the serving network.
"""

import dataclasses

import keras
import numpy as np

AXES = 128  # principal axes that the distance is measured along
EPSILON = 1e-2  # added before the logarithm; channels that never fire are 0
ACTIVATIONS = (keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.Activation)


@dataclasses.dataclass(frozen=True, eq=False)
class Familiarity:
    """What descriptors of training are like.

    Attributes:
        centre: (c,) float32, their mean.
        axes: (c, k) float32, principal axes, each divided by the spread along it.
    """

    centre: np.ndarray
    axes: np.ndarray


def descriptor(model):
    """What describes a crop: log of mean and spread of each channel of a middle layer.

    Args:
        model: a network of `train.architectures`.

    Returns:
        A symbolic tensor (n, c), of the last activation that has at least twice the resolution of
        the last feature map (in MobileNetV2 "block_13_expand_relu"), else of the last one.
    """
    maps = [layer for layer in model.layers if len(layer.output.shape) == 4]
    active = [layer.output for layer in maps if isinstance(layer, ACTIVATIONS)]
    wide = [output for output in active if output.shape[1] >= 2 * maps[-1].output.shape[1]]
    features = (wide or active)[-1]
    mean = keras.ops.mean(features, axis=(1, 2))
    square = keras.ops.mean(keras.ops.square(features), axis=(1, 2))
    spread = keras.ops.sqrt(keras.ops.maximum(square - keras.ops.square(mean), 0.0))
    return keras.ops.log(keras.ops.concatenate([mean, spread], axis=1) + EPSILON)


def fit_familiarity(descriptors):
    """Learn what descriptors of training are like.

    Args:
        descriptors: (n, c) float.

    Returns:
        `Familiarity`.
    """
    centre = descriptors.mean(axis=0)
    scale = descriptors.std(axis=0) + 1e-6
    _, spreads, axes = np.linalg.svd((descriptors - centre) / scale, full_matrices=False)
    count = min(AXES, len(spreads) // 2)
    spreads = np.maximum(spreads[:count] / np.sqrt(len(descriptors)), 1e-3)
    scaled = axes[:count].T / scale[:, None] / spreads
    return Familiarity(centre.astype(np.float32), scaled.astype(np.float32))


def unfitted(model):
    """For a network whose familiarity nobody asks for: every picture is at distance 0."""
    channels = descriptor(model).shape[1]
    return Familiarity(np.zeros(channels, np.float32), np.zeros((channels, 1), np.float32))


def distance(descriptors, familiarity):
    """Mahalanobis distance from training, of a symbolic tensor (n, c) or an array.

    Returns:
        (n, 1), about 1 for the pictures that `fit_familiarity` was given.
    """
    along = keras.ops.matmul(descriptors - familiarity.centre, familiarity.axes)
    squares = keras.ops.mean(keras.ops.square(along), axis=1, keepdims=True)
    return keras.ops.sqrt(squares)
