"""Float network to one whose heaviest convolutions multiply bytes instead of floats.

Faster on processors with instructions for it (VNNI on x86, dot product on ARM). Only ordinary
convolutions change, each between floats: range and scale of what goes in and comes out are those of
pictures that the network was shown. Which ones may change without changing verdicts was tried out,
see EXPERIMENTS.md, 17.
"""

import re
import warnings

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from ai_edge_litert.schema_py_generated import BuiltinOperator
from ai_edge_quantizer import quantizer
from ai_edge_quantizer.calibrator import Calibrator
from ai_edge_quantizer.qtyping import TFLOperationName
from ai_edge_quantizer.recipe_manager import RecipeManager
from ai_edge_quantizer.utils.qsv_utils import min_max_update
from ai_edge_quantizer.utils.tfl_flatbuffer_utils import read_model

from detector.config import THREADS
from detector.runtime import Network

from ..metrics import auc

LATE_STRIDE = 16  # maps of that or more; earlier ones gain little more and round off much more
MAX_AUC_LOSS = 1e-3
MAX_CHANGE = 0.02  # of the logit, on average; an AUC hides that each answer became a little random


def quantise_late(content, crops, *, predict) -> tuple[bytes, dict | None]:
    """Let the late convolutions of a classifier compute in eight bits, if it judges as before.

    Args:
        content: the bytes of a `.tflite` file with one float32 input (1, s, s, 3).
        crops: iterable of (s, s, 3) uint8, 0-255 RGB, as in training.
        predict: function of a list of k `detector.runtime.Network` to logits (k, n) and labels (n,)
            of pictures that they are to be compared on.

    Returns:
        The bytes of the file to serve, and a dict: "auc" on those pictures in eight bits, "float
        auc" before, "change" of the logit, the mean over its standard deviation, and "kept",
        whether eight bits serve; None of a network without such maps.
    """
    before = Network(content, name="the float network", threads=THREADS)
    tensors = coarse_maps(content, side=-(-before.input_shape[1] // LATE_STRIDE))
    if tensors is None:
        return content, None
    quantised = quantise(content, crops, tensors=tensors)
    after = Network(quantised, name="the eight-bit network", threads=THREADS)
    (logits, floats), labels = predict([after, before])
    report = {
        "auc": round(float(auc(labels, logits)), 4),
        "float auc": round(float(auc(labels, floats)), 4),
        "change": round(float(np.abs(logits - floats).mean() / floats.std()), 4),
    }
    report["kept"] = (
        report["auc"] >= report["float auc"] - MAX_AUC_LOSS and report["change"] <= MAX_CHANGE
    )
    return quantised if report["kept"] else content, report


def quantise(content, pictures, *, tensors) -> bytes:
    """Let convolutions of a network compute in eight bits.

    Args:
        content: the bytes of a `.tflite` file with one float32 input (1, height, width, 3).
        pictures: iterable of (height, width, 3) uint8, 0-255 RGB, as it will be shown; values
            beyond the range that they take are cut off.
        tensors: regular expression, found in the names of the outputs of those convolutions.

    Returns:
        The bytes of a `.tflite` file of the same inputs and outputs.
    """
    recipe = RecipeManager()
    recipe.add_static_config(
        tensors, TFLOperationName.CONV_2D, activation_num_bits=8, weight_num_bits=8
    )
    [(signature, names)] = Interpreter(model_content=content).get_signature_list().items()
    [name] = names["inputs"]
    shown = [{name: picture[np.newaxis].astype(np.float32)} for picture in pictures]
    # The whole range: the moving average that is the library's default forgets the extremes, and
    # doubles the change of logits.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*experimental_preserve_all_tensors")
        calibrator = Calibrator(content, num_threads=1, qsv_update_func=min_max_update)
        calibrator.calibrate({signature: shown}, recipe)
        result = quantizer.Quantizer(content, recipe.get_quantization_recipe()).quantize(
            calibrator.get_model_qsvs(), enable_progress_bar=False, enable_progress_report=False
        )
    return bytes(result.quantized_model)


def coarse_maps(content, *, side) -> str | None:
    """Name the convolutions of a network whose maps are small, but for those that it puts out.

    What early layers round off, later ones enlarge; and most of the arithmetic is late.

    Args:
        content: the bytes of a `.tflite` file.
        side: in places, of the largest map that counts as small.

    Returns:
        A regular expression for `quantise`, or None if there are none.
    """
    model = read_model(content)
    [graph] = model.subgraphs
    outputs = [
        operator.outputs[0]
        for operator in graph.operators
        if model.operatorCodes[operator.opcodeIndex].builtinCode == BuiltinOperator.CONV_2D
    ]
    names = [
        re.escape(graph.tensors[index].name.decode())
        for index in outputs
        if graph.tensors[index].shape[1] <= side and index not in graph.outputs
    ]
    return rf"^({'|'.join(names)})(;|$)" if names else None
