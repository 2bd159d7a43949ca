"""The figures of README.md are those of the shipped weights, and no hand typed them."""

import dataclasses
import shutil

import pytest
from server import ROOT

from detector.config import WEIGHTS_DIR
from detector.errors import DataError
from detector.weights import read_spec
from train.tables import write_tables

SOURCES = {
    "evaluations": ROOT / "docs" / "evaluation",
    "benchmarks": ROOT / "docs" / "benchmarks",
    "leaderboard": ROOT / "benchmarks" / "leaderboard.md",
}

# 2.5.1 without its checks was never evaluated; with weights that were, these pass, and fail for it.
not_evaluated = pytest.mark.xfail(reason="there are no figures of these weights", strict=True)


@pytest.fixture
def readme(tmp_path):
    return shutil.copy(ROOT / "README.md", tmp_path / "README.md")


@not_evaluated
def test_readme_is_what_the_command_writes(readme):
    """New weights with the old figures, or a figure made nicer by hand."""
    before = readme.read_text(encoding="utf-8")
    write_tables(readme, spec=read_spec(WEIGHTS_DIR), **SOURCES)
    assert readme.read_text(encoding="utf-8") == before


@not_evaluated
def test_only_the_tables_change(readme):
    text = readme.read_text(encoding="utf-8")
    place = text.index("<!-- figures: confusion -->")
    readme.write_text(text[:place] + text[place:].replace("|", "?", 3), encoding="utf-8")
    write_tables(readme, spec=read_spec(WEIGHTS_DIR), **SOURCES)
    assert readme.read_text(encoding="utf-8") == text


def test_figures_of_other_weights_are_refused(readme):
    spec = read_spec(WEIGHTS_DIR)
    other = dataclasses.replace(spec, sha256={**spec.sha256, "detector.tflite": "0" * 64})
    with pytest.raises(DataError, match="other weights"):
        write_tables(readme, spec=other, **SOURCES)


@not_evaluated
def test_weights_without_figures_of_test_are_refused(readme):
    spec = read_spec(WEIGHTS_DIR)
    metrics = {name: figures for name, figures in spec.metrics.items() if name != "test"}
    with pytest.raises(DataError, match="evaluate --record"):
        write_tables(readme, spec=dataclasses.replace(spec, metrics=metrics), **SOURCES)


@not_evaluated
def test_a_table_without_a_place_is_refused(readme):
    readme.write_text("# Nothing here\n", encoding="utf-8")
    with pytest.raises(DataError, match="figures: headline"):
        write_tables(readme, spec=read_spec(WEIGHTS_DIR), **SOURCES)
