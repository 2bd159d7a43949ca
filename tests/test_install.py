"""A training replaces the weights that serve when it is told to, and only by whole ones."""

import json
import shutil

import pytest

from detector.config import WEIGHTS_DIR
from detector.errors import WeightsError
from detector.weights import MODEL_FILE, SPEC_FILE, load_weights
from train.__main__ import main
from train.export.install import install


@pytest.fixture
def serving(tmp_path):
    """A copy of the folder that the page reads."""
    return shutil.copytree(WEIGHTS_DIR, tmp_path / "serving")


@pytest.fixture
def exported(tmp_path):
    """Weights that differ from those by their version."""
    folder = shutil.copytree(WEIGHTS_DIR, tmp_path / "exported")
    spec = json.loads((folder / SPEC_FILE).read_text())
    (folder / SPEC_FILE).write_text(json.dumps({**spec, "version": "9.9.9"}))
    return folder


def test_exported_weights_are_installed_on_request(serving, exported):
    before = load_weights(serving).spec.version
    assert install(exported, output=serving) == (before, "9.9.9")
    assert load_weights(serving).spec.version == "9.9.9"
    assert (serving / "README.md").is_file() and not list(serving.glob("*.part"))


def test_weights_of_an_older_schema_are_replaced(serving, exported):
    """They cannot be loaded any more; that must not keep new ones out."""
    spec = json.loads((serving / SPEC_FILE).read_text())
    (serving / SPEC_FILE).write_text(json.dumps({**spec, "schema": 1}))
    assert install(exported, output=serving) == (spec["version"], "9.9.9")
    assert load_weights(serving).spec.version == "9.9.9"


def test_a_toy_that_is_installed_is_called_one(serving, exported, monkeypatch, capsys):
    spec = json.loads((exported / SPEC_FILE).read_text())
    (exported / SPEC_FILE).write_text(json.dumps({**spec, "version": "0.0.0-quick"}))
    monkeypatch.setattr("train.export.install.install.__kwdefaults__", {"output": serving})
    main(["install", "--weights", str(exported)])
    assert "They are a toy" in capsys.readouterr().out
    assert load_weights(serving).spec.version == "0.0.0-quick"


def test_damaged_weights_replace_nothing(serving, exported):
    (exported / MODEL_FILE).write_bytes((exported / MODEL_FILE).read_bytes()[:-100])
    before = {path.name: path.read_bytes() for path in serving.iterdir()}
    with pytest.raises(WeightsError, match=MODEL_FILE):
        install(exported, output=serving)
    assert {path.name: path.read_bytes() for path in serving.iterdir()} == before


def test_export_writes_beside_the_run(monkeypatch):
    """A toy run went over the shipped weights without a word, and the page served it."""
    asked = []

    def export(run, *, output, **settings):
        asked.append(output)
        raise WeightsError("enough")

    monkeypatch.setattr("train.export.export.export", export)
    for step in (["export", "--run", "outputs/x"], ["export", "--weights", "elsewhere"]):
        with pytest.raises(SystemExit, match="enough"):
            main(step)
    assert asked == ["outputs/x/weights", "elsewhere"]
