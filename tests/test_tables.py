"""The figures of README.md and `docs` are those of the shipped weights, and no hand typed them."""

import collections
import dataclasses
import json
import re
import shutil

import numpy as np
import pytest

from detector.config import WEIGHTS_DIR
from detector.errors import DataError
from detector.weights import read_spec
from testing.server import ROOT
from train.metrics import by_source
from train.publish.tables import DOCUMENTS, write_tables

SHIPPED = {
    "evaluations": ROOT / "docs" / "evaluation",
    "benchmarks": ROOT / "docs" / "benchmarks",
    "leaderboard": ROOT / "benchmarks" / "leaderboard.md",
}
Judged = collections.namedtuple("Judged", "fake_probability label is_conclusive")
Shown = collections.namedtuple("Shown", "pool source")


@pytest.fixture
def documents(tmp_path):
    """A folder with copies of all documents."""
    for name in DOCUMENTS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def measured(tmp_path):
    """Figures as if the commands had just been run on the shipped weights."""
    spec, folder = read_spec(WEIGHTS_DIR), tmp_path / "evaluation"
    shutil.copytree(SHIPPED["evaluations"], folder)
    for path in (*folder.glob("*/evaluation.json"), folder / "origins.json", folder / "clips.json"):
        change(path, sha256=spec.sha256["detector.tflite"])
    change(folder / "validation" / "evaluation.json", sources=by_source(*judged_sources()))
    figures = {
        "sources": {
            "stylegan2": {"pictures": 1601, "auc": 0.9, "caught": 0.75, "accused": None},
            "lfw": {"pictures": 300, "auc": None, "caught": None, "accused": 0.031},
        },
        "min_confidence": spec.min_confidence,
    }
    (folder / "leave_out.json").write_text(json.dumps(figures))
    return SHIPPED | {"evaluations": folder}


def change(path, **values):
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def judged_sources():
    """40 genuine photos of one source, one in ten called Fake, and 25 fakes of another."""
    genuine = [Judged(0.9, "Fake", False)] * 4 + [Judged(0.1, "Real", True)] * 36
    forged = [Judged(0.8, "Fake", True)] * 20 + [Judged(0.05, "Real", True)] * 5
    pictures = [Shown("portraits", "lfw")] * 40 + [Shown("portraits", "stylegan2")] * 25
    return np.array([0] * 40 + [1] * 25), genuine + forged, pictures


def read(folder):
    return {name: (folder / name).read_text(encoding="utf-8") for name in DOCUMENTS}


def without_tables(text):
    return re.sub(r"(<!-- figures: .*? -->\n).*?(<!-- end -->)", r"\1\2", text, flags=re.DOTALL)


def test_documents_are_what_the_command_writes(documents):
    """New weights with the old figures, or a figure made nicer by hand."""
    before = read(documents)
    write_tables(documents, spec=read_spec(WEIGHTS_DIR), **SHIPPED)
    assert read(documents) == before


def test_only_the_tables_change_and_a_second_run_changes_nothing(documents, measured):
    before = read(documents)
    write_tables(documents, spec=read_spec(WEIGHTS_DIR), **measured)
    after = read(documents)
    for name in DOCUMENTS:
        assert without_tables(after[name]) == without_tables(before[name])
    write_tables(documents, spec=read_spec(WEIGHTS_DIR), **measured)
    assert read(documents) == after


def test_every_table_of_the_documents_is_written(documents):
    """A table that the command does not know would keep its figures for ever."""
    for name, text in read(documents).items():
        assert sorted(re.findall("<!-- figures: (.*) -->", text)) == sorted(DOCUMENTS[name])


def test_each_source_and_class_has_a_row(documents, measured):
    write_tables(documents, spec=read_spec(WEIGHTS_DIR), **measured)
    text = read(documents)["docs/evaluation.md"]
    assert (
        "| lfw | Real | portraits | 40 | 0.720 | 10.0% (4.0 - 23.1) | 90.0% (77.0 - 96.0) "
        "| 0.0% (0.0 - 8.8) |\n"
        "| stylegan2 | Fake | portraits | 25 | 0.720 | 80.0% (60.9 - 91.1) | 80.0% (60.9 - 91.1) "
        "| 20.0% (8.9 - 39.1) |\n"
    ) in text


def test_left_out_sources_have_a_row_and_no_share_of_a_class_that_they_lack(documents, measured):
    write_tables(documents, spec=read_spec(WEIGHTS_DIR), **measured)
    text = read(documents)["docs/evaluation.md"]
    assert "| stylegan2 | 1,601 | 0.900 | 75.0% | - |\n| lfw | 300 | - | - | 3.1% |\n" in text


def test_limits_that_the_weights_do_not_keep_are_refused(documents, measured):
    """The table would promise what unseen origins came to under another limit."""
    path = measured["evaluations"] / "leave_out.json"
    change(path, min_confidence={"Real": 0.9999, "Fake": 0.5})
    with pytest.raises(DataError, match=r"0\.9999 in Real.*export --left-out"):
        write_tables(documents, spec=read_spec(WEIGHTS_DIR), **measured)


def test_a_missing_file_is_named_and_nothing_is_written(documents, measured):
    before = read(documents)
    (measured["evaluations"] / "leave_out.json").unlink()
    with pytest.raises(DataError, match="train leave-out"):
        write_tables(documents, spec=read_spec(WEIGHTS_DIR), **measured)
    assert read(documents) == before


def test_figures_of_other_weights_are_refused(documents, measured):
    spec = read_spec(WEIGHTS_DIR)
    other = dataclasses.replace(spec, sha256={**spec.sha256, "detector.tflite": "0" * 64})
    with pytest.raises(DataError, match="other weights"):
        write_tables(documents, spec=other, **measured)


def test_weights_without_figures_of_test_are_refused(documents, measured):
    spec = read_spec(WEIGHTS_DIR)
    metrics = {name: figures for name, figures in spec.metrics.items() if name != "test"}
    with pytest.raises(DataError, match="evaluate --weights weights --record"):
        write_tables(documents, spec=dataclasses.replace(spec, metrics=metrics), **measured)


def test_a_table_without_a_place_is_refused(documents, measured):
    (documents / "README.md").write_text("# Nothing here\n", encoding="utf-8")
    with pytest.raises(DataError, match="figures: headline"):
        write_tables(documents, spec=read_spec(WEIGHTS_DIR), **measured)
