"""The leaderboard measures every preset alike, and a killed comparison loses nothing."""

import json

import pytest

from detector.errors import ConfigError
from testing import drawing
from train.data.prepare import prepare
from train.studies.compare import COLUMNS, compare, to_markdown

BUDGET = {"pictures": 40, "epochs": 2}
NAMES = ["ours:tiny", "three_block_cnn"]


def arguments(root, *, names=NAMES, epochs=2):
    settings = [part for item in ("input_size=48", "batch_size=8") for part in ("--set", item)]
    return [
        *("-m", "train", "compare", "--presets", *names, "--data", root / "data"),
        *("--output", root / "compared", "--split", "Validation"),
        *("--pictures", 40, "--epochs", epochs, *settings),
    ]


@pytest.fixture(scope="module")
def compared(tmp_path_factory, run_python):
    """Two presets compared on drawn faces; to read, not to change."""
    root = tmp_path_factory.mktemp("comparison")
    counts = {"Train": 24, "Validation": 12, "Test": 2}
    drawing.write_data_set(root / "data", counts=counts)
    prepare(root / "data")
    done = run_python(*arguments(root))
    assert done.returncode == 0, done.stderr
    return root


def rows_of(root):
    return json.loads((root / "compared" / "leaderboard.json").read_text())


def test_leaderboard_holds_every_preset(compared):
    rows = {row["name"]: row for row in rows_of(compared)}
    assert set(rows) == set(NAMES)
    assert rows["three_block_cnn"]["parameters"] > 10 * rows["ours:tiny"]["parameters"]
    for row in rows.values():
        assert row["epochs"] == 2 and row["milliseconds"] > 0
        assert 0.4 <= row["accuracy"] <= 1 and 0 <= row["auc"] <= 1
        config = row["asked"]["config"]
        assert (config["pictures"], config["epochs"], config["input_size"]) == (40, 2, 48)
    config = rows["three_block_cnn"]["asked"]["config"]
    assert config["batch_size"] == 8  # what is set beats the preset
    assert config["learning_rate"] == 0.003
    table = (compared / "compared" / "leaderboard.md").read_text()
    assert table.count("\n| ") == 2 and "pictures=40, epochs=2" in table
    assert (compared / "compared" / "leaderboard.png").stat().st_size > 5000


def test_second_run_trains_nothing(compared, monkeypatch):
    """A comparison takes hours; the table once more must take moments."""
    from train.studies import compare as module

    def refuse(*arguments, **options):
        raise AssertionError("trained or measured again")

    monkeypatch.setattr(module, "_fit", refuse)
    monkeypatch.setattr(module, "_measure", refuse)
    before = rows_of(compared)
    latencies = {row["name"]: row["milliseconds"] for row in before}
    monkeypatch.setattr(module, "time_turns", lambda calls, repeat: latencies)
    found = compare(
        NAMES,
        data=compared / "data",
        output=compared / "compared",
        budget={**BUDGET, "input_size": 48, "batch_size": 8},
        split="Validation",
        backbone_weights="imagenet",
        environment={},
    )
    assert found == before


def test_other_budget_in_the_same_folder_is_refused(compared):
    """A table of two budgets compares nothing."""
    with pytest.raises(ConfigError, match="Choose another --output"):
        compare(
            NAMES,
            data=compared / "data",
            output=compared / "compared",
            budget={**BUDGET, "epochs": 3, "input_size": 48, "batch_size": 8},
            split="Validation",
            backbone_weights="imagenet",
            environment={},
        )


@pytest.mark.parametrize(
    "name, message",
    [("another", "Unknown preset"), ("ours:mytechnotalent_21", "Unknown architecture")],
)
def test_unknown_name_is_refused_before_any_training(tmp_path, name, message):
    """The slip must not come to light after the first preset has trained for an hour."""
    with pytest.raises(ConfigError, match=f"{message} .*Allowed: "):
        compare(
            ["ours", name],
            data=tmp_path,
            output=tmp_path / "compared",
            budget={},
            split="Test",
            backbone_weights="imagenet",
            environment={},
        )


def test_table_says_under_which_conditions_it_was_measured():
    """A figure without its conditions is advertisement."""
    row = dict.fromkeys(COLUMNS) | {"name": "ours:mytechnotalent_6", "parameters": 8940097}
    row |= {"accuracy": 0.87654, "auc": 0.9, "published": 0.8781, "milliseconds": 3.5}
    other = row | {"name": "two_phase_mobilenet_v2", "start": "imagenet"}
    text = to_markdown([row | {"start": None}, other], "Test", {"minutes": 30.0}, 3600)
    assert "| ours:mytechnotalent_6 | 8,940,097 | - | - | 0.877 | 0.900 | 3.5 | 0.878 |" in text
    for condition in (
        "3,600 pictures of Test",
        "minutes=30.0",
        "140,002",
        "two_phase_mobilenet_v2 from imagenet",
    ):
        assert condition in text
