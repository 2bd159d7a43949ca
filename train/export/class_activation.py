"""Which places of the last feature map speak for Fake: Grad-CAM as a part of the network.

Grad-CAM (Selvaraju et al., ICCV 2017) weighs the channels of a feature map with the gradient of the
logit, summed over all places. With global average pooling and one Dense unit these weights are the
Dense kernel, the same for every picture. With dense layers they depend on which units fired, so
the backward pass through those few layers is written out here in forward operations: what serves
still is one LiteRT pass, needs no TensorFlow and, in floats, gives the heatmap of tf-keras-vis.
"""

import keras
import numpy as np

from detector.errors import ConfigError

LAYERS = keras.layers
IS_IDENTITY = (LAYERS.Dropout, LAYERS.Identity)  # when serving


def evidence_of(model) -> keras.KerasTensor:
    """Write Grad-CAM into the graph of a network.

    Args:
        model: what `architectures.build` returns.

    Returns:
        Keras tensor (n, h, w, 1): feature map times summed gradient of the logit, positive speaks
        for Fake. With global average pooling its mean is the logit without the bias.

    Raises:
        ConfigError: the network has a layer whose gradient is not written here.
    """
    embedding, head = model.get_layer("embedding"), model.get_layer("logit")
    kernel = keras.ops.convert_to_numpy(head.kernel)  # (c, 1)
    if isinstance(embedding, LAYERS.GlobalAveragePooling2D):
        return keras.ops.conv(embedding.input, kernel.reshape(1, 1, -1, 1))

    layers = model.layers[: model.layers.index(embedding)]
    flatten = max(i for i, layer in enumerate(layers) if isinstance(layer, LAYERS.Flatten))
    height, width, channels = layers[flatten].input.shape[1:]
    first = next(layer for layer in layers[flatten:] if isinstance(layer, LAYERS.Dense))
    gradient = kernel.T  # (1, c), at the embedding; from here on against the direction of the graph
    for layer in reversed(layers[layers.index(first) + 1 :]):
        gradient = _backward(layer, gradient)
    # The sum over all places is taken of the kernel: no second copy of the largest matrix.
    kernel = keras.ops.convert_to_numpy(first.kernel).reshape(height * width, channels, -1)
    weights = keras.ops.matmul(gradient, kernel.sum(axis=0).T)  # (n, channels)

    # A maximum passes its gradient on to one place, so that the sum is the same in front of the
    # pooling, where the map is finer.
    features = layers[flatten].input
    for layer in reversed(layers[:flatten]):
        if not isinstance(layer, (*IS_IDENTITY, LAYERS.MaxPooling2D)):
            break
        features = layer.input
    weights = keras.ops.reshape(weights, (-1, 1, 1, channels))
    return keras.ops.sum(features * weights, axis=-1, keepdims=True)


def _backward(layer, gradient):
    """Gradient at the output of a layer to that at its input, both (n, units) or (1, units)."""
    if isinstance(layer, IS_IDENTITY):
        return gradient
    if isinstance(layer, LAYERS.Dense):
        return keras.ops.matmul(gradient, keras.ops.convert_to_numpy(layer.kernel).T)
    if isinstance(layer, LAYERS.BatchNormalization):
        variance, gamma = map(keras.ops.convert_to_numpy, (layer.moving_variance, layer.gamma))
        return keras.ops.multiply(gradient, gamma / np.sqrt(variance + layer.epsilon))
    if isinstance(layer, (LAYERS.ReLU, LAYERS.LeakyReLU)):
        slope = float(layer.negative_slope)
        fired = keras.ops.cast(layer.input > 0.0, "float32")
        return keras.ops.multiply(gradient, slope + (1.0 - slope) * fired)
    raise ConfigError(
        f"Grad-CAM through {layer.name} ({type(layer).__name__}) is not written; add it to "
        "train/export/class_activation.py."
    )
