"""How near a forward pass is to what this processor can do in floats.

    python -m benchmarks.limit

The limit is the network's multiply-accumulates over the rate of a large float32 matrix product of
NumPy, taken in turns with the network, on one core and on all; what computes in eight bits may be
faster. Other runtimes run the same network, in floats, where they are installed (`pip install onnx
onnxruntime openvino tf2onnx`). Medians.
"""

import functools
import importlib.metadata
import platform
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from threadpoolctl import threadpool_limits

from benchmarks import table
from benchmarks.runtimes import load_runtimes
from detector.config import WEIGHTS_DIR
from detector.runtime import Network, count_cores
from detector.weights import FACES_FILE, MODEL_FILE, read_spec
from reporting.turns import time_turns

MATRIX_SIDE = 2048
CANVAS = (480, 640)  # of face detection, for a photo of 640x480


def measure(repeat: int) -> table.Tables:
    """Yield the tables "machine", "limit" and "runtimes"."""
    yield "machine", describe_machine()
    side = read_spec(WEIGHTS_DIR).input_size
    generator = np.random.default_rng(0)
    crop = generator.integers(0, 256, (side, side, 3), np.uint8)
    canvas = generator.integers(0, 256, (*CANVAS, 3), np.uint8)
    matrix = generator.random((MATRIX_SIDE, MATRIX_SIDE), np.float32)
    rows = []
    for cores in sorted({1, count_cores()}):
        for name, file, picture in (
            ("verdict, one view", MODEL_FILE, crop),
            ("face detection, 640x480", FACES_FILE, canvas),
        ):
            network = Network((WEIGHTS_DIR / file).read_bytes(), name=file, threads=cores)
            calls = {
                "pass": functools.partial(network, picture),
                "product": functools.partial(np.matmul, matrix, matrix),
            }
            with threadpool_limits(cores):
                pass_ms, product_ms = time_turns(calls, repeat).values()
            macs = count_macs(file, picture.shape)
            peak = MATRIX_SIDE**3 / product_ms
            rows.append(
                {
                    "network": name,
                    "cores": cores,
                    "million multiply-accumulates": macs / 1e6,
                    "ms": pass_ms,
                    "billion a second": macs / pass_ms / 1e6,
                    "of the processor's peak": peak / 1e6,
                    "share reached": f"{macs / pass_ms / peak:.0%}",
                }
            )
    yield "limit", rows

    calls = {
        name: functools.partial(run, crop) for name, run in load_runtimes(count_cores()).items()
    }
    medians = time_turns(calls, repeat)
    ours = next(iter(medians.values()))
    yield (
        "runtimes",
        [
            {"one view, all cores": name, "ms": median, "times ours": median / ours}
            for name, median in medians.items()
        ],
    )


def describe_machine() -> list[dict]:
    """What was measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    packages = ("ai-edge-litert", "gradio", "keras", "numpy", "pillow", "tensorflow-cpu")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in packages]
    return [
        {"processor": names[0], "cores": count_cores(), "Python": platform.python_version()}
        | {"packages": ", ".join(versions)}
    ]


def count_macs(file, shape) -> int:
    """Multiply-accumulates of one pass of a LiteRT network over a picture of that shape."""
    plain = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES  # delegates hide what they took over
    interpreter = Interpreter(str(WEIGHTS_DIR / file), experimental_op_resolver_type=plain)
    interpreter.resize_tensor_input(interpreter.get_input_details()[0]["index"], (1, *shape))
    interpreter.allocate_tensors()
    interpreter.invoke()  # some sizes are known only then
    sides = {item["index"]: item["shape"] for item in interpreter.get_tensor_details()}
    count = 0
    for operation in interpreter._get_ops_details():  # there is no public way
        if operation["op_name"] not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            continue
        kernel = sides[operation["inputs"][1]]  # (channels out, ..., channels in); (1, h, w, c)
        is_depthwise = operation["op_name"] == "DEPTHWISE_CONV_2D"
        each = np.prod(kernel[1:3] if is_depthwise else kernel[1:])
        count += int(np.prod(sides[operation["outputs"][0]]) * each)
    return count


if __name__ == "__main__":
    table.run(__doc__, repeat=50, measure=measure)
