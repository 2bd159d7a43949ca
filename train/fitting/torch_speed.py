"""Keras on PyTorch at PyTorch's own speed: about three times TensorFlow's on a CPU, same results.

Keras 3.15 computes batch normalisation from elementary operations and, for channels-last models,
copies every activation twice around each convolution. PyTorch has a fused kernel for the first,
and needs none of the copies: a permuted channels-last tensor already is in its fast memory format.
In bfloat16 two depthwise convolutions have no fast backward pass. A strided one is computed
everywhere, and every other place of the result is kept; a large kernel is computed in floats.
The C library also hands every large tensor back to the system and asks for it again at each step.
`tests/test_torch_speed.py` holds both against stock Keras.
"""

import contextlib
import ctypes
import sys

import keras
import numpy as np

# Parameters of glibc's mallopt(3): never use mmap, keep all freed memory.
MALLOC_SETTINGS = {"M_MMAP_MAX": (-4, 0), "M_TRIM_THRESHOLD": (-1, -1)}

LARGEST_FAST_KERNEL = 3  # of a depthwise convolution in bfloat16


def speed_up_torch() -> None:
    """Switch the running process to the fast forms; does nothing on other backends."""
    if keras.backend.backend() != "torch":
        return
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        for parameter, value in MALLOC_SETTINGS.values() if mallopt else ():
            mallopt(parameter, value)
    import torch
    from keras.src.backend.torch import nn

    stock_call = keras.layers.BatchNormalization.call

    def call(self, inputs, training=None, mask=None):
        is_stock = mask is not None or self.renorm or self.axis not in (-1, 3) or inputs.ndim != 4
        if is_stock or not (self.center and self.scale):
            return stock_call(self, inputs, training=training, mask=mask)
        outputs = torch.nn.functional.batch_norm(
            inputs.permute(0, 3, 1, 2),
            self.moving_mean.value.data,
            self.moving_variance.value.data,
            self.gamma.value,
            self.beta.value,
            training=bool(training) and self.trainable,
            momentum=1.0 - self.momentum,
            eps=self.epsilon,
        )
        return outputs.permute(0, 2, 3, 1)

    def transpose_spatial_inputs(inputs):
        return inputs.movedim(-1, 1)

    stock_depthwise = nn.depthwise_conv

    class Subsample(torch.autograd.Function):  # PyTorch's own gradient of a slice is slower
        @staticmethod
        def forward(context, inputs, places):
            context.places, context.shape = places, inputs.shape
            return inputs[places].contiguous()

        @staticmethod
        def backward(context, gradient):
            whole = gradient.new_zeros(context.shape)
            whole[context.places] = gradient
            return whole, None

    def depthwise_conv(inputs, kernel, strides=1, padding="valid", *args, **kwargs):
        step = int(np.max(strides))
        if inputs.dtype is torch.bfloat16 and max(kernel.shape[:2]) > LARGEST_FAST_KERNEL:
            floats = inputs.float(), keras.ops.cast(kernel, "float32")
            return stock_depthwise(*floats, strides, padding, *args, **kwargs).to(inputs.dtype)
        if inputs.dtype is not torch.bfloat16 or step == 1:
            return stock_depthwise(inputs, kernel, strides, padding, *args, **kwargs)
        starts = (0, 0)
        if padding == "same":  # pads the lower end more: the first place depends on the size
            starts = [
                (k - 1) // 2 - max(k - step + -n % step, 0) // 2
                for n, k in zip(inputs.shape[1:3], kernel.shape[:2], strict=True)
            ]
        everywhere = stock_depthwise(inputs, kernel, 1, padding, *args, **kwargs)
        places = (slice(None), *(slice(start, None, step) for start in starts))
        return Subsample.apply(everywhere, places)

    keras.layers.BatchNormalization.call = call
    nn._transpose_spatial_inputs = transpose_spatial_inputs
    keras.src.backend.nn.depthwise_conv = nn.depthwise_conv = depthwise_conv


def without_gradients():
    """A context in which PyTorch keeps no activations for a backward pass.

    A forward pass in training mode holds gigabytes of them, and the next one begins before Python
    has collected them. On other backends, which record only what is asked for, it does nothing.
    """
    if keras.backend.backend() != "torch":
        return contextlib.nullcontext()
    import torch

    return torch.no_grad()
