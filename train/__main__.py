"""Download, train, export and evaluate: `python -m train STEP`; `all` runs every step in turn."""

import argparse
import dataclasses
import getpass
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from detector.errors import DetectorError

from .options import OPTIONS
from .presets import load_preset

# Each step imports what it needs when it runs: `download` shall not wait for TensorFlow.


def run_download(options):
    """Fetch the data set from Kaggle, or unpack archives of it."""
    from .data.download import download

    print(json.dumps(download(options.data, archives=options.archive), indent=2))


def run_prepare(options):
    """Hash the pictures, drop duplicates, find the faces, write the manifest."""
    from .data.splits import prepare

    print(json.dumps(prepare(options.data, validation_share=options.validation_share), indent=2))


def run_split(options):
    """Lay out a folder of Real/ and Fake/ as Train, Validation and Test."""
    from .data.split_folders import split_flat

    done = split_flat(
        options.source, output=options.data, shares=tuple(options.shares), seed=options.seed
    )
    print(json.dumps(done, indent=2))


def run_fit(options):
    """Train a network; the best epoch on validation is kept, a killed run goes on."""
    from .fitting.fit import fit

    best = fit(
        load_preset(options.preset, **dict(options.set)),
        data=options.data,
        output=options.run,
        backbone_weights=options.backbone_weights,
        distribute=options.distribute,
    )
    print(f"AUC of the kept epoch on validation: {best:.4f}")


def run_average(options):
    """Average the weights of a run with those that it went on from."""
    from .fitting.average import average

    average(
        options.run,
        start=options.start,
        data=options.data,
        output=options.output,
        share=options.share,
    )


def run_export(options):
    """Calibrate the network and write what serves: detector.tflite, detector.json."""
    os.environ["KERAS_BACKEND"] = "tensorflow"  # as LiteRT needs; `fit` runs on any
    from .export.export import export

    spec = export(
        options.run,
        data=options.data,
        output=_exported(options),
        version=options.version,
        left_out=options.left_out,
    )
    print(json.dumps(dataclasses.asdict(spec)["metrics"], indent=2))


def run_install(options):
    """Let the page serve exported weights instead of those that it has."""
    from .export.install import install

    old, new = install(options.weights)
    print(f"The page now serves {new} instead of {old}; `git checkout weights` brings those back.")


def _exported(options):
    return options.weights or str(Path(options.run, "weights"))


def run_evaluate(options):
    """Measure weights on a split: figures, plots, intervals."""
    from .data.download import download
    from .data.splits import prepare
    from .evaluation.evaluate import evaluate, record, to_text

    with tempfile.TemporaryDirectory() as folder:
        if options.archive:
            options.data = folder
            download(folder, archives=options.archive)
            prepare(folder)
        figures = evaluate(
            options.weights,
            data=options.data,
            split=options.split,
            output=options.output,
            count=options.pictures or 0,
        )
    if options.record:
        record(options.weights, figures)
    print(to_text(figures))


def run_origins(options):
    """Measure weights on pictures of origins that they never saw."""
    from .evaluation.origins import measure_origins, to_text

    print(to_text(measure_origins(options.weights, archive=options.archive, output=options.output)))


def run_clips(options):
    """Measure the rule for clips on frames of videos."""
    from .evaluation.clips import measure_clips, to_text

    figures = measure_clips(
        options.weights,
        data=options.data,
        source=options.source,
        output=options.output,
        filmed=options.filmed,
    )
    print(to_text(figures))


def run_shortcuts(options):
    """Measure what tells the label without looking at a face."""
    from .data.manifest import read_manifest
    from .studies.shortcuts import measure_shortcuts, to_text

    config = load_preset(options.preset, **dict(options.set))
    print(to_text(measure_shortcuts(read_manifest(options.data, "Train"), config)))


def run_leave_out(options):
    """Train without each group of sources in turn, and judge what was left out."""
    from .studies.leave_out import leave_out_each, to_text

    figures = leave_out_each(
        [group.split(",") for group in options.groups],
        load_preset(options.preset, **dict(options.set)),
        data=options.data,
        output=options.output,
        backbone_weights=options.backbone_weights,
    )
    print(to_text(figures))


def run_tables(options):
    """Fill the tables of README and docs from the recorded figures."""
    from detector.weights import read_spec

    from .publish.tables import write_tables

    write_tables(
        ".",
        spec=read_spec(options.weights),
        evaluations=options.output,
        benchmarks="docs/benchmarks",
        leaderboard="benchmarks/leaderboard.md",
    )


def run_compare(options):
    """Train several recipes in one budget and rank them."""
    environment = dict(os.environ)  # `fit` runs on any Keras backend ...
    os.environ["KERAS_BACKEND"] = "tensorflow"  # ... the conversion for LiteRT on this one
    from .studies.compare import compare

    budget = {name: getattr(options, name) for name in ("pictures", "epochs", "minutes")}
    compare(
        options.presets,
        data=options.data,
        output=options.output,
        budget={name: value for name, value in budget.items() if value is not None}
        | dict(options.set),
        split=options.split,
        backbone_weights=options.backbone_weights,
        environment=environment,
    )
    print(Path(options.output, "leaderboard.md").read_text())


def run_corruptions(options):
    """Draw every corruption of a photo on one sheet."""
    from .data.corruptions import contact_sheet

    contact_sheet(options.photo).save(options.output)
    print(options.output)


def run_push(options):
    """Push weights with a model card to the Hugging Face Hub."""
    from .publish.push import push

    done = push(
        options.weights,
        repo=options.repo,
        output=options.output,
        tag=options.tag,
        is_private=options.private,
        is_dry_run=options.dry_run,
        may_be_worse=options.allow_worse,
        is_proposal=options.create_pr,
    )
    print(done)


def run_space(options):
    """Lay out what a Space needs in a folder."""
    from .publish.space import lay_out

    for name in lay_out(options.output):
        print(f"{options.output}/{name}")


def run_deploy_space(options):
    """Create or update a Space."""
    from .publish.space import deploy

    token = None
    if options.secret_token:  # not an argument: those are seen by others and kept in histories
        token = getpass.getpass("Token: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    done = deploy(
        options.repo,
        weights_repo=options.weights_repo,
        weights_revision=options.weights_revision,
        weights_token=token,
        is_private=options.private,
    )
    print(done)


def run_all(options):
    """Download, prepare, fit, export and evaluate, one after the other."""
    # Processes of their own: `export` needs TensorFlow, `fit` runs on any Keras backend.
    archives = ["--archive", *options.archive] if options.archive else []
    settings = [part for name, value in options.set for part in ("--set", f"{name}={value}")]
    settings += ["--preset", options.preset, "--backbone-weights", options.backbone_weights]
    data, run = ["--data", options.data], ["--run", options.run]
    weights = ["--weights", _exported(options)]
    steps = [
        ["download", *data, *archives],
        ["prepare", *data],
        ["fit", *data, *run, *settings],
        ["export", *data, *run, *weights, "--version", options.version],
        ["evaluate", *data, *weights, "--output", options.run, "--record"],
    ]
    for step in steps:
        print(f"\n== {step[0]}", flush=True)
        status = subprocess.run([sys.executable, "-m", "train", *step]).returncode
        if status:
            raise DetectorError(f"`{step[0]}` failed; mend it and run the same command again.")
    print(f"\nTo let the page serve these weights: python -m train install {' '.join(weights)}")


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    def add(name, run, *options):
        step = steps.add_parser(name, help=run.__doc__)
        step.set_defaults(run_step=run)
        for option in options:
            flag, settings = OPTIONS[option]
            step.add_argument(flag, **settings)

    add("download", run_download, "data", "archive")
    add("split", run_split, "source", "data", "shares", "seed")
    add("prepare", run_prepare, "data", "validation-share")
    add("fit", run_fit, "data", "run", "preset", "backbone-weights", "set", "distribute")
    add("average", run_average, "data", "run", "start", "share", "averaged")
    add("export", run_export, "data", "run", "exported", "version", "limits")
    add("install", run_install, "installed")
    add(
        "evaluate",
        run_evaluate,
        *("data", "archive", "weights", "split", "pictures", "output", "record"),
    )
    add("origins", run_origins, "origins-archive", "weights", "output")
    add("clips", run_clips, "data", "weights", "clips-source", "filmed", "evaluations")
    add("shortcuts", run_shortcuts, "data", "preset", "set")
    add(
        "leave-out",
        run_leave_out,
        *("groups", "data", "preset", "backbone-weights", "set", "left-out"),
    )
    add("tables", run_tables, "weights", "evaluations")
    add(
        "compare",
        run_compare,
        *("presets", "data", "leaderboard", "compared-split", "pictures", "epochs", "minutes"),
        *("backbone-weights", "set"),
    )
    add("corruptions", run_corruptions, "photo", "sheet")
    add(
        "push",
        run_push,
        *("weights", "output", "repo", "tag", "private", "dry-run", "allow-worse", "create-pr"),
    )
    add("space", run_space, "layout")
    add(
        "deploy-space",
        run_deploy_space,
        *("repo", "weights-repo", "weights-revision", "secret-token", "private"),
    )
    add(
        "all",
        run_all,
        *("data", "archive", "run", "preset", "backbone-weights", "set", "exported", "version"),
    )
    options = parser.parse_args(arguments)
    try:
        options.run_step(options)
    except DetectorError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        # Not sys.exit: threads that load pictures would be waited for.
        print("\nStopped. The same command goes on where it was.", file=sys.stderr, flush=True)
        os._exit(130)


if __name__ == "__main__":
    main()
