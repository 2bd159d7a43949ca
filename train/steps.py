"""The steps of `python -m train`, each a function of its options; what they do is in the stages."""

import dataclasses
import getpass
import json
import os
import sys
import tempfile
from pathlib import Path

from detector.errors import ConfigError

from . import quick
from .presets import load_preset
from .quiet import import_keras

# Each step imports what it needs when it runs: `download` shall not wait for TensorFlow.


def run_download(options) -> None:
    """Fetch the data set from Kaggle, or unpack archives of it."""
    from .data.download import download

    done = download(options.data, archives=options.archive, count=options.pictures)
    print(json.dumps(done, indent=2))


def run_prepare(options) -> None:
    """Hash the pictures, drop duplicates, find the faces, write the manifest."""
    from .data.prepare import prepare

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
    from .data.prepare import prepare
    from .evaluation.evaluate import evaluate, record
    from .evaluation.report import to_text

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
