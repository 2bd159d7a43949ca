"""Download, train, export and evaluate: `python -m train STEP`; `all` runs every step in turn."""

import argparse
import os
import sys

from detector.errors import DetectorError

from . import steps
from .options import OPTIONS
from .pipeline import run_all

TRAINED = ("preset", "config", "backbone-weights", "set")  # options of steps that train
RESUMED = ("download", "prepare", "fit", "leave-out", "compare", "all")  # steps that go on


def main(arguments=None) -> None:
    parser = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    commands = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    def add(name, run, *options):
        step = commands.add_parser(
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

    add("download", steps.run_download, "data", "archive", "taken")
    add("split", steps.run_split, "source", "data", "shares", "seed")
    add("prepare", steps.run_prepare, "data", "validation-share")
    add("fit", steps.run_fit, "data", "run", *TRAINED, "distribute", "check")
    add("average", steps.run_average, "data", "run", "start", "share", "averaged")
    add("export", steps.run_export, "data", "run", "exported", "version", "limits", "calibrating")
    add("install", steps.run_install, "installed")
    add(
        "evaluate",
        steps.run_evaluate,
        *("data", "archive", "run", "exported", "split", "pictures", "output-of-run", "record"),
    )
    add("origins", steps.run_origins, "origins-archive", "weights", "output")
    add("clips", steps.run_clips, "data", "weights", "clips-source", "filmed", "evaluations")
    add("shortcuts", steps.run_shortcuts, "data", "preset", "config", "set")
    add("leave-out", steps.run_leave_out, "groups", "data", *TRAINED, "left-out")
    add("tables", steps.run_tables, "weights", "evaluations")
    add(
        "compare",
        steps.run_compare,
        *("presets", "configs", "data", "leaderboard", "compared-split"),
        *("pictures", "epochs", "minutes", "backbone-weights", "set"),
    )
    add("corruptions", steps.run_corruptions, "photo", "sheet")
    add(
        "push",
        steps.run_push,
        *("run", "exported", "output-of-run", "repo", "tag", "private", "dry-run", "allow-worse"),
        "create-pr",
    )
    add("space", steps.run_space, "layout")
    add(
        "deploy-space",
        steps.run_deploy_space,
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
