"""The networks, by name: flat functional graphs with rescaling inside, one logit out.

Flat (the backbone's layers are the model's own), because tf-keras-vis cannot look into a nested
model. The last convolution, global average pooling and one Dense unit make Grad-CAM closed-form;
networks of the source projects that end in dense layers are explained by their gradients.
"""

import dataclasses
import functools
import warnings
from collections.abc import Callable

import keras

from detector.errors import ConfigError

from .declarations import ALIASES, DECLARED
from .efficientnet_lite import EfficientNetLite0
from .notation import draw

REGISTRY = {}
NOISE = "none"  # as backbone weights


@dataclasses.dataclass(frozen=True)
class Backbone:
    """A network as keras.applications builds them, with weights of ImageNet.

    Attributes:
        application: the function that builds it.
        takes_pixels: whether it scales 0-255 itself; else it gets [-1, 1].
    """

    application: Callable
    takes_pixels: bool = False


BACKBONES = {
    # Sandler et al., CVPR 2018; 2.3 M parameters with the head
    "mobilenet_v2": Backbone(keras.applications.MobileNetV2),
    "efficientnet_lite0": Backbone(EfficientNetLite0),  # 3.4 M
    # Tan and Le, ICML 2021; 5.9 M
    "efficientnet_v2_b0": Backbone(keras.applications.EfficientNetV2B0, takes_pixels=True),
    # He et al., ECCV 2016; 23.6 M
    "resnet50_v2": Backbone(keras.applications.ResNet50V2),
}


def build(
    name, *, input_size, dropout=0.0, batch_norm_momentum=0.99, backbone_weights=None
) -> keras.Model:
    """Build a network.

    Args:
        name: a key of `REGISTRY`.
        input_size: side of the square input in pixels.
        dropout: 0-1, before the Dense unit.
        batch_norm_momentum: 0-1, of the moving statistics.
        backbone_weights: None or "none" for random, "imagenet" to download, a `.weights.h5` file
            of the backbone, or a `.keras` file of a whole network of that name, to go on from.

    Returns:
        A `keras.Model` from "crop" (n, s, s, 3), 0-255 RGB, to "logit" (n, 1); positive is Fake.
        Its layer "embedding" gives (n, c), what the unit of the logit sees.

    Raises:
        ConfigError: there is no such network, or its weights cannot be fetched or are of another.
    """
    if name not in REGISTRY:
        raise ConfigError(f"Unknown architecture {name!r}. Allowed: {', '.join(REGISTRY)}.")
    is_whole = is_whole_network(backbone_weights)
    is_random = is_whole or backbone_weights == NOISE
    inputs = keras.Input((input_size, input_size, 3), name="crop")
    features = REGISTRY[name](inputs, None if is_random else backbone_weights)
    is_pooled = len(features.shape) == 4
    embed = keras.layers.GlobalAveragePooling2D if is_pooled else keras.layers.Identity
    embedding = embed(name="embedding")(features)
    outputs = keras.layers.Dropout(dropout)(embedding)
    # In half precision a sure logit would lose its last digits, and the loss with them.
    outputs = keras.layers.Dense(1, name="logit", dtype="float32")(outputs)
    model = keras.Model(inputs, outputs, name=name)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = batch_norm_momentum
    if is_whole:
        _copy_weights(backbone_weights, model)
    return model


def is_whole_network(backbone_weights) -> bool:
    """Whether `backbone_weights` names a network with its head, trained before."""
    return str(backbone_weights).endswith(".keras")


def has_backbone(name) -> bool:
    """Whether a network has a backbone for which there are trained weights."""
    return name in BACKBONES


def head_layers(model) -> list:
    """The layers that phase 1 trains: those from the embedding on."""
    names = [layer.name for layer in model.layers]
    return model.layers[names.index("embedding") :]


def _register(function):
    REGISTRY[function.__name__] = function
    return function


@_register
def tiny(inputs, backbone_weights) -> keras.KerasTensor:
    """Three convolutions, for tests of the pipeline on drawn faces."""
    x = keras.layers.Rescaling(1 / 127.5, -1.0)(inputs)
    for filters in (8, 16, 32):
        x = keras.layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
        x = keras.layers.BatchNormalization()(x)
        x = keras.layers.ReLU()(x)
    return x


def _draw_backbone(backbone, inputs, backbone_weights):
    build_backbone = functools.partial(
        backbone.application, input_shape=inputs.shape[1:], include_top=False
    )
    scaled = inputs if backbone.takes_pixels else keras.layers.Rescaling(1 / 127.5, -1.0)(inputs)
    is_fetched = backbone_weights == "imagenet"
    try:
        model = build_backbone(input_tensor=scaled, weights="imagenet" if is_fetched else None)
    except Exception as error:  # Keras raises this very class where an address does not answer
        if not is_fetched:
            raise
        raise ConfigError(
            f"The weights of ImageNet could not be fetched ({error}). Fetch that file elsewhere "
            "and pass it with --backbone-weights; or pass a .keras file to go on from, such as "
            f'weights/detector.keras, or "{NOISE}" to start from noise.'
        ) from error
    if backbone_weights and not is_fetched:
        _load_backbone(model, build_backbone(weights=None), backbone_weights)
    return model.output


def _draw_declared(declaration, inputs, backbone_weights):
    del backbone_weights  # there is no backbone: such a network starts from noise
    return draw(declaration, inputs)


for _name, _backbone in BACKBONES.items():
    REGISTRY[_name] = functools.partial(_draw_backbone, _backbone)
for _name, _declaration in DECLARED.items():
    REGISTRY[_name] = functools.partial(_draw_declared, _declaration)
for _name, _same in ALIASES.items():
    REGISTRY[_name] = REGISTRY[_same]


def _load_backbone(backbone, twin, path):
    # The file was saved from a backbone without our Rescaling layer, and Keras matches layers
    # by position: load into a plain twin, then copy.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Keras warns where some layers keep their noise
            twin.load_weights(path)
    except (OSError, ValueError, UserWarning) as error:
        raise ConfigError(f"{path} does not hold weights of {twin.name} ({error}).") from error
    backbone.set_weights(twin.get_weights())


def _copy_weights(path, model):
    # By position: both were built by the same function, at input sizes that may differ.
    weights = keras.models.load_model(path, compile=False).get_weights()
    if [w.shape for w in weights] != [tuple(w.shape) for w in model.weights]:
        raise ConfigError(f"{path} holds another network than {model.name}.")
    model.set_weights(weights)
