"""Time a training step of the shipped network on every Keras backend that is installed.

    python -m benchmarks.training

Each backend trains in a process of its own on random crops, in turns; figures are medians over the
turns, in milliseconds a picture. "torch, stock" is PyTorch without `train.torch_speed`.
"""

import importlib.util
import os
import statistics
import subprocess
import sys

TURNS = 3
CASES = {"tensorflow": "tensorflow", "torch, stock": "torch", "torch": "torch"}

STEPS = """
import sys, time
import keras, numpy as np
from train import architectures, torch_speed
if sys.argv[1] != "torch, stock":
    torch_speed.speed_up_torch()
model = architectures.build("mobilenet_v2", input_size=128, dropout=0.2)
model.compile(
    keras.optimizers.AdamW(1e-3),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    jit_compile=False,
)
crops = np.random.default_rng(0).integers(0, 256, (256, 128, 128, 3), np.uint8)
labels = np.arange(256).reshape(-1, 1) % 2
model.fit(crops[:64], labels[:64], batch_size=32, verbose=0)
started = time.perf_counter()
model.fit(crops, labels, batch_size=32, verbose=0)
print("ms", 1000 * (time.perf_counter() - started) / len(crops))
"""


def main():
    cases = [name for name, module in CASES.items() if importlib.util.find_spec(module)]
    times = {name: [] for name in cases}
    for _ in range(TURNS):
        for name in cases:
            done = subprocess.run(
                [sys.executable, "-c", STEPS, name],
                env={**os.environ, "KERAS_BACKEND": CASES[name]},
                capture_output=True,
                text=True,
                check=True,
            )
            times[name].append(float(done.stdout.split()[-1]))
    print("| backend | ms a picture |")
    print("|---|---|")
    for name, values in times.items():
        print(f"| {name} | {statistics.median(values):.1f} |")


if __name__ == "__main__":
    main()
