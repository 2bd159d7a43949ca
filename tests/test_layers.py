"""The packages stand in layers: each imports what is listed before it, never what comes after."""

import ast

import pytest

from testing.server import ROOT

# `detector` and `train` by their rooms; what lies in them itself is ground for those, but for what
# is named here.
LAYERS = (
    *("detector", "detector.photo", "detector.faces", "detector.weights", "detector.verdict"),
    *("detector.report", "detector.heatmap", "detector.explainers", "detector.video"),
    *("detector.pipeline", "detector.resend", "detector.refresh", "detector.load"),
    *("detector.__init__", "detector.batch", "detector.__main__", "page", "app", "reporting"),
    *("train", "train.data", "train.models", "train.fitting", "train.evaluation"),
    *("train.export", "train.studies", "train.publish", "train.steps", "train.__main__"),
    *("testing", "reliability", "benchmarks"),
)
TOP = {layer.partition(".")[0] for layer in LAYERS}


def layer_of(parts):
    """The longest name of a layer that a dotted name, as a list of its parts, begins with."""
    names = (".".join(parts[:length]) for length in (2, 1))
    return next(name for name in names if name in LAYERS)


def dotted(path):
    """The parts of a module's name."""
    return path.relative_to(ROOT).with_suffix("").parts


def imports_of(path):
    """Dotted names, as lists of parts, of what a file of this project imports from the project."""
    parts = dotted(path)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = list(parts[: -node.level]) if node.level else []
            base += node.module.split(".") if node.module else []
            found = [[*base, alias.name] for alias in node.names]
        elif isinstance(node, ast.Import):
            found = [alias.name.split(".") for alias in node.names]
        else:
            continue
        yield from (name for name in found if name[0] in TOP)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_package_imports_only_what_stands_before_it(layer):
    place = ROOT / layer.replace(".", "/")
    files = place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]
    mine = [path for path in files if layer_of(dotted(path)) == layer]
    assert mine
    wrong = {
        (path.name, imported)
        for path in mine
        for imported in map(layer_of, imports_of(path))
        if LAYERS.index(imported) > LAYERS.index(layer)
    }
    assert not wrong
