"""Pictures a second of training, beside `image_dataset_from_directory` and a plain `fit`.

    python -m benchmarks.training

The same network learns from the same pictures on every Keras backend that is installed, each in a
process of its own, in turns; medians. Ours cuts, jitters and degrades the faces, the peer reads
pictures as they are. "stock" is PyTorch without `train.fitting.torch_speed`.
"""

import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import table
from benchmarks.photos import make_crop

OURS, PEER = "this repository", "`image_dataset_from_directory`, `fit`"
CASES = {  # name to backend
    f"{OURS}, TensorFlow": "tensorflow",
    f"{OURS}, PyTorch": "torch",
    f"{OURS}, PyTorch, bfloat16": "torch",
    f"{OURS}, PyTorch, stock": "torch",
    f"{PEER}, TensorFlow": "tensorflow",
    f"{PEER}, PyTorch": "torch",
}
PICTURES = 256  # of each class

STEPS = """
import sys, time
from pathlib import Path
import keras
from train.models import architectures
from train.fitting import torch_speed
from train.config import TrainConfig
from train.data.batches import training_batches
from train.data.manifest import Picture

case, root = sys.argv[1], Path(sys.argv[2])
config = TrainConfig()
if "bfloat16" in case:
    keras.config.set_dtype_policy("mixed_bfloat16")
if "stock" not in case:
    torch_speed.speed_up_torch()
model = architectures.build("mobilenet_v2", input_size=config.input_size, dropout=0.2)
model.compile(
    keras.optimizers.AdamW(1e-3),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    jit_compile=False,
)
if case.startswith("this repository"):
    pictures = [
        Picture(path, "Train", path.parent.name, "", (60.0, 50.0, 180.0, 190.0), (256, 256))
        for path in sorted(root.rglob("*.jpg"))
    ]
    batches = training_batches(pictures, config)
else:
    batches = keras.utils.image_dataset_from_directory(
        root, label_mode="binary", batch_size=config.batch_size,
        image_size=(config.input_size,) * 2, verbose=False,
    )
model.fit(batches, steps_per_epoch=1, epochs=1, verbose=0)
started = time.perf_counter()
model.fit(batches, epochs=1, verbose=0)
print("seconds", time.perf_counter() - started)
"""


def measure(repeat: int) -> table.Tables:
    """Yield the table "training"."""
    cases = [name for name, module in CASES.items() if importlib.util.find_spec(module)]
    rates = {name: [] for name in cases}
    with tempfile.TemporaryDirectory() as folder:
        data = make_crop()
        for label in ("Real", "Fake"):
            (Path(folder) / label).mkdir()
            for index in range(PICTURES):
                (Path(folder) / label / f"{index}.jpg").write_bytes(data)
        for _ in range(repeat):
            for name in cases:
                done = subprocess.run(
                    [sys.executable, "-c", STEPS, name, folder],
                    env={**os.environ, "KERAS_BACKEND": CASES[name]},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                    check=True,
                )
                rates[name].append(2 * PICTURES / float(done.stdout.split()[-1]))
    medians = {name: statistics.median(values) for name, values in rates.items()}
    peer = next(value for name, value in medians.items() if name.startswith(PEER))
    yield (
        "training",
        [
            {"training": name, "pictures a second": rate, "times the peer": rate / peer}
            for name, rate in medians.items()
        ],
    )


if __name__ == "__main__":
    table.run(__doc__, repeat=3, measure=measure)
