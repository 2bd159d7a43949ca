"""Download, train, export and evaluate: `python -m train STEP`; `all` runs every step in turn."""

import argparse
import dataclasses
import getpass
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from detector.errors import ConfigError, DetectorError

from . import quick
from .options import OPTIONS
from .presets import load_preset
from .quiet import import_keras
from .times import duration

# Each step imports what it needs when it runs: `download` shall not wait for TensorFlow.


def run_download(options) -> None:
    """Fetch the data set from Kaggle, or unpack archives of it."""
    from .data.download import download

    done = download(options.data, archives=options.archive, count=options.pictures)
    print(json.dumps(done, indent=2))


def run_prepare(options) -> None:
    """Hash the pictures, drop duplicates, find the faces, write the manifest."""
    from .data.splits import prepare

    print(json.dumps(prepare(options.data, validation_share=options.validation_share), indent=2))


def run_split(options) -> None:
    """Lay out a folder of Real/ and Fake/ as Train, Validation and Test."""
    from .data.split_folders import split_flat

    done = split_flat(
        options.source, output=options.data, shares=tuple(options.shares), seed=options.seed
    )
    print(json.dumps(done, indent=2))


def run_fit(options) -> None:
    """Train a network; the best epoch on validation is kept, a killed run goes on."""
    config = load_preset(options.preset, **dict(options.set))  # refused before TensorFlow is there
    import_keras()
    from .fitting.fit import check, fit

    if options.dry_run:
        count = check(config, backbone_weights=options.backbone_weights)
        print(f"{config.architecture} at {config.input_size} px, {count:,} parameters: can train.")
        return
    best = fit(
        config,
        data=options.data,
        output=options.run,
        backbone_weights=options.backbone_weights,
        distribute=options.distribute,
    )
    print(f"AUC of the kept epoch on validation: {best:.4f}")


def run_average(options) -> None:
    """Average the weights of a run with those that it went on from."""
    import_keras()
    from .fitting.average import average

    average(
        options.run,
        start=options.start,
        data=options.data,
        output=options.output,
        share=options.share,
    )


def run_export(options) -> None:
    """Calibrate the network and write what serves: detector.tflite, detector.json."""
    os.environ["KERAS_BACKEND"] = "tensorflow"  # as LiteRT needs; `fit` runs on any
    import_keras()
    from .export.export import export

    spec = export(
        options.run,
        data=options.data,
        output=_exported(options),
        version=options.version,
        left_out=options.left_out,
        **({"count": options.pictures} if options.pictures else {}),
    )
    print(json.dumps(dataclasses.asdict(spec)["metrics"], indent=2))


def run_install(options) -> None:
    """Let the page serve exported weights instead of those that it has."""
    from .export.install import install

    old, new = install(options.weights)
    print(f"The page now serves {new} instead of {old}; `git checkout weights` brings those back.")
    if quick.is_toy(new):
        print("They are a toy of `all --quick`: do not show the page to anyone.")


def _exported(options):
    return options.weights or str(Path(options.run, "weights"))


def _read_from(options):
    """Folders of the weights and the figures of a run, or of the weights that were named."""
    weights = _exported(options)
    if not Path(weights).is_dir():
        raise ConfigError(
            f"{weights} does not exist. Run `python -m train export` first, or name --run or "
            "--weights; those that the page serves are in `weights`."
        )
    return weights, options.output or ("outputs/evaluation" if options.weights else options.run)


def run_evaluate(options) -> None:
    """Measure weights on a split: figures, plots, intervals."""
    weights, output = _read_from(options)
    from .data.download import download
    from .data.splits import prepare
    from .evaluation.evaluate import evaluate, record, to_text

    with tempfile.TemporaryDirectory() as folder:
        if options.archive:
            options.data = folder
            download(folder, archives=options.archive)
            prepare(folder)
        figures = evaluate(
            weights,
            data=options.data,
            split=options.split,
            output=output,
            count=options.pictures or 0,
        )
    if options.record:
        record(weights, figures)
    print(to_text(figures))


def run_origins(options) -> None:
    """Measure weights on pictures of origins that they never saw."""
    from .evaluation.origins import measure_origins, to_text

    print(to_text(measure_origins(options.weights, archive=options.archive, output=options.output)))


def run_clips(options) -> None:
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


def run_shortcuts(options) -> None:
    """Measure what tells the label without looking at a face."""
    config = load_preset(options.preset, **dict(options.set))
    import_keras()
    from .data.manifest import read_manifest
    from .studies.shortcuts import measure_shortcuts, to_text

    print(to_text(measure_shortcuts(read_manifest(options.data, "Train"), config)))


def run_leave_out(options) -> None:
    """Train without each group of sources in turn, and judge what was left out."""
    config = load_preset(options.preset, **dict(options.set))
    import_keras()
    from .studies.leave_out import leave_out_each, to_text

    figures = leave_out_each(
        [group.split(",") for group in options.groups],
        config,
        data=options.data,
        output=options.output,
        backbone_weights=options.backbone_weights,
    )
    print(to_text(figures))


def run_tables(options) -> None:
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


def run_compare(options) -> None:
    """Train several recipes in one budget and rank them."""
    if not (names := options.presets + options.config):
        raise ConfigError("Nothing to compare: name --presets, or files with --config.")
    environment = dict(os.environ)  # `fit` runs on any Keras backend ...
    os.environ["KERAS_BACKEND"] = "tensorflow"  # ... the conversion for LiteRT on this one
    import_keras()
    from .studies.compare import compare

    budget = {name: getattr(options, name) for name in ("pictures", "epochs", "minutes")}
    compare(
        names,
        data=options.data,
        output=options.output,
        budget={name: value for name, value in budget.items() if value is not None}
        | dict(options.set),
        split=options.split,
        backbone_weights=options.backbone_weights,
        environment=environment,
    )
    print(Path(options.output, "leaderboard.md").read_text())


def run_corruptions(options) -> None:
    """Draw every corruption of a photo on one sheet."""
    from .data.corruptions import contact_sheet

    contact_sheet(options.photo).save(options.output)
    print(options.output)


def run_push(options) -> None:
    """Push weights with a model card to the Hugging Face Hub."""
    from .publish.push import push

    weights, output = _read_from(options)
    done = push(
        weights,
        repo=options.repo,
        output=output,
        tag=options.tag,
        is_private=options.private,
        is_dry_run=options.dry_run,
        may_be_worse=options.allow_worse,
        is_proposal=options.create_pr,
    )
    print(done)


def run_space(options) -> None:
    """Lay out what a Space needs in a folder."""
    from .publish.space import lay_out

    for name in lay_out(options.output):
        print(f"{options.output}/{name}")


def run_deploy_space(options) -> None:
    """Create or update a Space."""
    from .publish.space import deploy, list_files

    if options.dry_run:
        print(f"For {options.repo}, in one commit:\n{list_files()}\nNothing was pushed.")
        return
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


TRAINED = ("preset", "config", "backbone-weights", "set")  # options of steps that train
RESUMED = ("download", "prepare", "fit", "leave-out", "compare", "all")  # steps that go on


def main(arguments=None) -> None:
    parser = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    def add(name, run, *options):
        step = steps.add_parser(
            name,
            help=run.__doc__,
            description=run.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        step.set_defaults(run_step=run)
        if "set" in options and {"--help", "-h"} & set(arguments or sys.argv):
            from .reasons import recipes_and_settings

            step.epilog = recipes_and_settings()
        recipe = step.add_mutually_exclusive_group() if "config" in options else None
        for option in options:
            flag, settings = OPTIONS[option]
            group = recipe if recipe and option in ("preset", "config") else step
            group.add_argument(flag, **settings)

    add("download", run_download, "data", "archive", "taken")
    add("split", run_split, "source", "data", "shares", "seed")
    add("prepare", run_prepare, "data", "validation-share")
    add("fit", run_fit, "data", "run", *TRAINED, "distribute", "check")
    add("average", run_average, "data", "run", "start", "share", "averaged")
    add("export", run_export, "data", "run", "exported", "version", "limits", "calibrating")
    add("install", run_install, "installed")
    add(
        "evaluate",
        run_evaluate,
        *("data", "archive", "run", "exported", "split", "pictures", "output-of-run", "record"),
    )
    add("origins", run_origins, "origins-archive", "weights", "output")
    add("clips", run_clips, "data", "weights", "clips-source", "filmed", "evaluations")
    add("shortcuts", run_shortcuts, "data", "preset", "config", "set")
    add("leave-out", run_leave_out, "groups", "data", *TRAINED, "left-out")
    add("tables", run_tables, "weights", "evaluations")
    add(
        "compare",
        run_compare,
        *("presets", "configs", "data", "leaderboard", "compared-split"),
        *("pictures", "epochs", "minutes", "backbone-weights", "set"),
    )
    add("corruptions", run_corruptions, "photo", "sheet")
    add(
        "push",
        run_push,
        *("run", "exported", "output-of-run", "repo", "tag", "private", "dry-run", "allow-worse"),
        "create-pr",
    )
    add("space", run_space, "layout")
    add(
        "deploy-space",
        run_deploy_space,
        *("repo", "weights-repo", "weights-revision", "secret-token", "private", "dry-run"),
    )
    add(
        "all",
        run_all,
        *("data-of-all", "archive", "run-of-all", *TRAINED, "exported", "version", "quick"),
    )
    options = parser.parse_args(arguments)
    try:
        options.run_step(options)
    except DetectorError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        goes_on = "goes on where it was" if options.step in RESUMED else "starts anew"
        # Not sys.exit: threads that load pictures would be waited for.
        print(f"\nStopped. The same command {goes_on}.", file=sys.stderr, flush=True)
        os._exit(130)


if __name__ == "__main__":
    main()
