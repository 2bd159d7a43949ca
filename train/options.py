"""The options of `python -m train`: for each name the flag, and what argparse is to know of it."""

import argparse

from detector.config import WEIGHTS_DIR
from detector.errors import ConfigError

from . import SPLITS
from .config import typed
from .presets import is_file_name


def _yaml_file(name):
    if not is_file_name(name):
        raise argparse.ArgumentTypeError(f"a .yaml file is expected. Received: {name}.")
    return name


def _setting(text):
    name, _, value = text.partition("=")
    try:
        return name, typed(name, value)
    except ConfigError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


OPTIONS = {
    "data": ("--data", {"default": "data", "help": "folder of the data set (default: data)"}),
    "archive": (
        "--archive",
        {
            "nargs": "+",
            "default": [],
            "help": "zip files or folders, laid out as Kaggle's archive or with Real and Fake "
            "alone, or folders of such zip files; default: from Kaggle",
        },
    ),
    "run": (
        "--run",
        {"default": "outputs/run", "help": "folder of this training run (default: outputs/run)"},
    ),
    "backbone-weights": (
        "--backbone-weights",
        {
            "default": "imagenet",
            "help": "of networks with a ready backbone. A .weights.h5 file of it, which this makes "
            'on a machine with internet: python -c "import keras; keras.applications.MobileNetV2('
            "include_top=False).save_weights('mobilenet_v2.weights.h5')\" (or ResNet50V2, "
            "EfficientNetV2B0; of efficientnet_lite0 see docs/training.md); a .keras file of a "
            "whole network, to go on from, such as weights/detector.keras; none, to start from "
            "noise. Default: imagenet, which Keras fetches once, into ~/.keras/models",
        },
    ),
    "start": (
        "--start",
        {
            "default": str(WEIGHTS_DIR / "detector.keras"),
            "help": "the .keras file that the run went on from (default: that of weights)",
        },
    ),
    "share": (
        "--share",
        {"type": float, "default": 0.5, "help": "of the run's network (default: 0.5)"},
    ),
    "averaged": (
        "--output",
        {"default": "outputs/averaged", "help": "folder of the result (default: outputs/averaged)"},
    ),
    "preset": (
        "--preset",
        {"default": "ours", "help": "a recipe of train/presets (default: ours)"},
    ),
    "config": (
        "--config",
        {
            "dest": "preset",
            "metavar": "FILE.yaml",
            "type": _yaml_file,
            "help": "a recipe of your own, instead of a preset: `setting: value` lines like those "
            "of train/presets; what it leaves out is as in `ours`",
        },
    ),
    "check": (
        "--dry-run",
        {"action": "store_true", "help": "check settings and backbone, train nothing"},
    ),
    "quick": (
        "--quick",
        {
            "action": "store_true",
            "help": "a toy run in minutes, on a few pictures of --archive or of a --data that is "
            "prepared: shows that every step works, and trains nothing of worth",
        },
    ),
    "data-of-all": (
        "--data",
        {"help": "folder of the data set (default: data; of --quick --archive: in --run)"},
    ),
    "run-of-all": (
        "--run",
        {"help": "folder of this training run (default: outputs/run, or outputs/quick)"},
    ),
    "source": (
        "--from",
        {
            "dest": "source",
            "required": True,
            "help": "a folder that holds Real/ and Fake/ (frames of videos: lay them out by hand)",
        },
    ),
    "shares": (
        "--shares",
        {
            "nargs": 3,
            "type": float,
            "default": [0.8, 0.1, 0.1],
            "metavar": ("TRAIN", "VALIDATION", "TEST"),
            "help": "default: 0.8 0.1 0.1",
        },
    ),
    "seed": ("--seed", {"type": int, "default": 2024, "help": "of the split (default: 2024)"}),
    "validation-share": (
        "--validation-share",
        {"type": float, "help": "of Train to set aside where there is no Validation, such as 0.1"},
    ),
    "presets": (
        "--presets",
        {
            "nargs": "+",
            "default": [],
            "metavar": "NAME[:NETWORK]",
            "help": "recipes of train/presets, on their own network or another one",
        },
    ),
    "configs": (
        "--config",
        {
            "nargs": "+",
            "default": [],
            "metavar": "FILE.yaml",
            "type": _yaml_file,
            "help": "recipes of your own, beside those",
        },
    ),
    "groups": (
        "--groups",
        {
            "nargs": "+",
            "required": True,
            "metavar": "SOURCE[,SOURCE]",
            "help": "what to leave out, one run each",
        },
    ),
    "left-out": (
        "--output",
        {"default": "outputs/leave_out", "help": "folder of all runs (default: outputs/leave_out)"},
    ),
    "limits": (
        "--left-out",
        {"help": "leave_out.json, which limits what is conclusive; default: validation alone"},
    ),
    "leaderboard": (
        "--output",
        {"default": "outputs/compare", "help": "folder of all runs (default: outputs/compare)"},
    ),
    "pictures": ("--pictures", {"type": int, "help": "at most that many; default: all"}),
    "taken": (
        "--pictures",
        {"type": int, "default": 0, "help": "about that many of each archive; default: all"},
    ),
    "calibrating": (
        "--pictures",
        {"type": int, "help": "of validation, at most that many; default: 2000"},
    ),
    "epochs": ("--epochs", {"type": int, "help": "at most, for each; default: the preset's"}),
    "minutes": ("--minutes", {"type": float, "help": "of training, for each; default: no limit"}),
    "distribute": (
        "--distribute",
        {
            "choices": ("mirrored",),
            "help": "divide each batch among all GPUs of this machine",
        },
    ),
    "set": (
        "--set",
        {
            "action": "append",
            "default": [],
            "type": _setting,
            "metavar": "NAME=VALUE",
            "help": "change a setting of the recipe; may be given several times",
        },
    ),
    "weights": (
        "--weights",
        {"default": str(WEIGHTS_DIR), "help": "folder of the weights (default: weights)"},
    ),
    "exported": (
        "--weights",
        {"help": "folder of the weights (default: weights in the folder of the run)"},
    ),
    "installed": (
        "--weights",
        {"default": "outputs/run/weights", "help": "their folder (default: outputs/run/weights)"},
    ),
    "version": ("--version", {"default": "0.0.0", "help": "of the exported model"}),
    "split": ("--split", {"default": "Test", "choices": SPLITS, "help": "default: Test"}),
    "compared-split": (
        "--split",
        {
            "default": "Validation",
            "choices": SPLITS,
            "help": "to measure on; whoever chooses by the result leaves Test alone "
            "(default: Validation)",
        },
    ),
    "output": (
        "--output",
        {
            "default": "outputs/evaluation",
            "help": "folder of figures and plots (default: outputs/evaluation)",
        },
    ),
    "output-of-run": (
        "--output",
        {
            "help": "folder of figures and plots (default: that of the run; outputs/evaluation "
            "where --weights are given)",
        },
    ),
    "origins-archive": (
        "--archive",
        {"required": True, "help": "zip file or folder laid out as ORIGIN/{Fake,Real}/"},
    ),
    "clips-source": (
        "--source",
        {"default": "dfdc", "help": "whose frames are judged (default: dfdc)"},
    ),
    "filmed": (
        "--filmed",
        {
            "type": int,
            "default": 100,
            "help": "at most that many clips of each label are filmed; 0 is all (default: 100)",
        },
    ),
    "evaluations": (
        "--output",
        {"default": "docs/evaluation", "help": "folder of evaluations (default: docs/evaluation)"},
    ),
    "record": (
        "--record",
        {"action": "store_true", "help": "write the figures into detector.json too"},
    ),
    "repo": (
        "--repo",
        {"required": True, "metavar": "USER/NAME", "help": "on the Hugging Face Hub"},
    ),
    "tag": ("--tag", {"help": 'default: "v" and the version of the model'}),
    "private": ("--private", {"action": "store_true", "help": "if it is created"}),
    "dry-run": ("--dry-run", {"action": "store_true", "help": "check and list, push nothing"}),
    "allow-worse": (
        "--allow-worse",
        {"action": "store_true", "help": "push weights that do worse on Test than those there"},
    ),
    "create-pr": (
        "--create-pr",
        {"action": "store_true", "help": "propose the files in a pull request, without a tag"},
    ),
    "layout": (
        "--output",
        {"default": "outputs/space", "help": "an empty folder (default: outputs/space)"},
    ),
    "weights-repo": (
        "--weights-repo",
        {"metavar": "USER/NAME", "help": "whose weights the Space shall fetch"},
    ),
    "weights-revision": ("--weights-revision", {"help": "tag, commit or branch of those weights"}),
    "secret-token": (
        "--secret-token",
        {
            "action": "store_true",
            "help": "ask for a token (or read a line) with which the Space reads private weights",
        },
    ),
    "photo": ("--photo", {"required": True, "help": "a photo to degrade"}),
    "sheet": ("--output", {"default": "corruptions.png", "help": "the contact sheet"}),
}
