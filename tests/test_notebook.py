"""The notebook runs top to bottom, on drawn faces."""

import json

from testing import drawing
from testing.server import ROOT

NOTEBOOK = ROOT / "notebooks" / "train_a_detector.ipynb"


def code_cells():
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_notebook_runs_from_archive_to_verdict(tmp_path, run_python):
    """Whoever worked in a notebook before starts here, and stops at the first cell that fails."""
    counts = {"Train": 16, "Validation": 8, "Test": 4}
    drawing.write_data_set(tmp_path / "drawn", counts=counts)
    parameters = {
        "data": str(tmp_path / "data"),
        "archives": [str(tmp_path / "drawn")],
        "preset": "four_block_cnn",
        "settings": {"pictures": 24, "epochs": 2, "input_size": 48, "batch_size": 8},
        "run": str(tmp_path / "run"),
        "backbone_weights": "imagenet",
    }
    sources, replaced = ["import matplotlib; matplotlib.use('Agg')"], 0
    for cell in code_cells():
        source = "".join(cell["source"])
        if "parameters" in cell["metadata"].get("tags", []):
            names = [line.split(" = ")[0] for line in cell["source"] if " = " in line]
            assert names == list(parameters)  # a new setting must be set here too
            source = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
            replaced += 1
        sources.append(source)
    assert replaced == 1
    done = run_python("-c", "\n\n".join(sources))
    assert done.returncode == 0, done.stderr
    for said in ("Total params", "AUC of the kept epoch", "confusion matrix", "P(fake)"):
        assert said in done.stdout
    assert (tmp_path / "run" / "weights" / "detector.tflite").is_file()


def test_notebook_holds_no_output():
    """Pictures of a data set must not enter the repository by way of a saved cell."""
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code_cells())
