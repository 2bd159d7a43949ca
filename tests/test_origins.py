"""Photos of other origins: what counts is how often the detector is sure and wrong."""

import json
import shutil
import zipfile

import pytest

from detector.errors import DataError
from testing.server import ROOT
from train.evaluation.origins import measure_origins, to_text


@pytest.fixture
def origins(tmp_path, photo):
    """One origin with a genuine portrait, one with the same, filed as if it were forged."""
    root = tmp_path / "Others"
    for name, label in (("nasa", "Real"), ("misfiled", "Fake")):
        folder = root / name / label
        folder.mkdir(parents=True)
        photo.save(folder / "0.png")
        shutil.copy(ROOT / "README.md", folder / "about.md")
    return root


def test_shares_are_of_each_origin(origins, tmp_path, detector, photo):
    verdict = detector.predict(photo, is_face_crop=True)
    found = measure_origins(None, archive=origins, output=tmp_path)["origins"]
    assert set(found) == {"nasa, Real", "misfiled, Fake"}
    is_real = verdict.label == "Real"
    assert found["nasa, Real"]["right"] == float(is_real)
    assert found["misfiled, Fake"]["right"] == float(not is_real)
    wrong = found["misfiled, Fake" if is_real else "nasa, Real"]
    assert wrong["conclusive and wrong"] == float(verdict.is_conclusive)
    assert all(row["pictures"] == 1 for row in found.values())


def test_a_zip_is_judged_as_its_folder_and_written(origins, tmp_path):
    archive = tmp_path / "others.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in origins.rglob("*.png"):
            file.write(path, path.relative_to(tmp_path))
    figures = measure_origins(None, archive=archive, output=tmp_path / "new")
    folder = measure_origins(None, archive=origins, output=tmp_path)
    assert figures == folder == json.loads((tmp_path / "new" / "origins.json").read_text())
    assert "| nasa, Real | 1 |" in to_text(figures)


def test_other_layout_is_refused_with_what_was_expected(tmp_path):
    with pytest.raises(DataError, match="ORIGIN/Fake"):
        measure_origins(None, archive=tmp_path, output=tmp_path)
