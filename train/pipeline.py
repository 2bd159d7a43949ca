"""All steps from download to evaluation, one after the other: `python -m train all`."""

import subprocess
import sys
import time
from pathlib import Path

from detector.errors import ConfigError, DetectorError

from . import quick
from .presets import load_preset
from .times import duration


def run_all(options) -> None:
    """Download, prepare, fit, export and evaluate, one after the other."""
    config = load_preset(options.preset, **dict(options.set))  # refused before any work
    run = options.run or ("outputs/quick" if options.quick else "outputs/run")
    has_own_data = options.quick and options.archive
    data = options.data or (str(Path(run, "data")) if has_own_data else "data")
    start, version, settings = options.backbone_weights, options.version, dict(options.set)
    taken = judged = []
    if options.quick:
        if not options.archive and not Path(data, "manifest.csv").is_file():
            raise ConfigError(
                f"{data} is not prepared. --quick needs pictures: pass --archive with a zip that "
                "holds Real/ and Fake/, or a --data that is."
            )
        start = quick.start_of(config.architecture) if start == "imagenet" else start
        version += quick.MARK
        settings = {**quick.SETTINGS, **settings}
        taken, judged = (["--pictures", str(n)] for n in (quick.PICTURES, quick.JUDGED))
        print("A toy run: it shows that every step works. Its weights and figures say nothing.")
        if start == quick.start_of(config.architecture) != "none":
            print("It goes on from the weights that ship: good figures are theirs.")
    archives = ["--archive", *options.archive] if options.archive else []
    recipe = ["--preset", options.preset, "--backbone-weights", start]
    recipe += [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    weights = options.weights or str(Path(run, "weights"))
    places = ["--data", data, "--run", run]
    steps = [
        ["fit", "--dry-run", *recipe],
        ["download", "--data", data, *archives, *taken],
        ["prepare", "--data", data],
        ["fit", *places, *recipe],
        ["export", *places, "--weights", weights, "--version", version, *judged],
        ["evaluate", *places, "--weights", weights, "--output", run, "--record", *judged],
    ]
    if options.quick and not options.archive:
        del steps[1:3]
    _run_steps(steps)
    if options.quick:
        print(
            f"\n{weights} holds a toy, version {version}; the page goes on serving its own.\n"
            "The real run: the same command without --quick, with a --version of its own."
        )
    else:
        print(f"\nTo let the page serve these weights: python -m train install --weights {weights}")


def _run_steps(steps):
    """Run steps, each in a process: `export` needs TensorFlow, `fit` runs on any Keras backend."""
    for number, step in enumerate(steps, start=1):
        name = "check" if "--dry-run" in step else step[0]
        print(f"\n== {number} of {len(steps)}: {name}", flush=True)
        began = time.monotonic()
        if subprocess.run([sys.executable, "-m", "train", *step]).returncode:
            raise DetectorError(f"`{name}` failed; mend it and run the same command again.")
        print(f"== {name} took {duration(time.monotonic() - began)}", flush=True)
