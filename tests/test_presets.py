"""A project's recipe by name, and nothing trained that was not asked for."""

import dataclasses

import pytest

from detector.errors import ConfigError
from train import presets
from train.__main__ import main
from train.config import CHOICES, TrainConfig, typed
from train.presets import load_preset, preset_names

PROJECTS = (
    *("four_block_cnn", "mytechnotalent", "plain_cnn", "three_block_cnn"),
    "two_phase_mobilenet_v2",
)


def test_every_project_has_a_preset():
    assert preset_names() == sorted(["ours", "ours_whole_picture", *PROJECTS])


def test_ours_is_the_recipe_of_the_defaults():
    """What the command line does by itself must be what the reasons in train/config.py are of."""
    assert load_preset("ours") == TrainConfig()


def test_the_ablation_changes_the_framing_alone():
    """Whatever else differed would be counted as the worth of the crop."""
    whole = load_preset("ours_whole_picture")
    assert whole.margin == load_preset("four_block_cnn").margin
    ours = {"margin": 1.25, "tight_share": 0.15, "inner_share": 0.3, "blend_share": 0.2}
    assert whole.replace(**ours) == TrainConfig()


@pytest.mark.parametrize("name", PROJECTS)
def test_projects_see_whole_clean_pictures(name):
    """Their figures come from pictures with all their framing, and without our corruptions."""
    config = load_preset(name)
    assert (config.margin, config.corrupt_share, config.tight_share) == (100.0, 0.0, 0.0)
    assert (config.input_size, config.validation_corrupt_share) == (128, 0.0)
    assert config.monitor == "loss"
    assert (config.augmentation == "flip_rotate_zoom") == (name == "two_phase_mobilenet_v2")


def test_recipes_are_those_of_the_projects():
    settings = {name: vars(load_preset(name)) for name in PROJECTS}
    small = settings["three_block_cnn"]
    assert (small["batch_size"], small["learning_rate"], small["schedule"]) == (
        *(128, 0.003, "exponential"),
    )
    assert (small["epochs"], small["epoch_batches"], small["balance"]) == (30, 300, "undersample")
    assert small["clip_norm"] > 0
    assert settings["plain_cnn"]["learning_rate"] == 1e-4
    assert settings["plain_cnn"]["optimizer"] == "adam"
    assert all(settings[name]["patience"] for name in ("four_block_cnn", "plain_cnn"))
    wide, twenty = settings["four_block_cnn"], settings["mytechnotalent"]
    for recipe, epochs in ((wide, 10), (twenty, 50)):
        assert (recipe["optimizer"], recipe["learning_rate"]) == ("adam", 1e-4)
        assert (recipe["batch_size"], recipe["epochs"]) == (64, epochs)
    assert 0 < wide["plateau_patience"] < wide["patience"]
    assert (twenty["patience"], twenty["plateau_patience"]) == (10, 5)
    assert (twenty["plateau_factor"], twenty["plateau_min"]) == (0.1, 1e-7)
    two_phase = settings["two_phase_mobilenet_v2"]
    assert two_phase["head_batches"] > 140002 / two_phase["batch_size"]
    assert two_phase["learning_rate"] < 1e-4


@pytest.mark.parametrize("name", PROJECTS)
def test_networks_of_presets_exist(name):
    from train.models.architectures import REGISTRY

    assert load_preset(name).architecture in REGISTRY


def test_setting_overrides_the_preset():
    config = load_preset(
        "mytechnotalent", architecture="mytechnotalent_6", epochs="2", learning_rate="1e-4"
    )
    assert config.architecture == "mytechnotalent_6"
    assert (config.epochs, config.learning_rate) == (2, 1e-4)
    assert config.optimizer == load_preset("mytechnotalent").optimizer


def test_unknown_preset_is_refused():
    with pytest.raises(
        ConfigError,
        match=r"Unknown preset 'another'\. Allowed: four_block_cnn, mytechnotalent, ours, ",
    ):
        load_preset("another")


@pytest.mark.parametrize("name", CHOICES)
def test_unknown_word_is_refused_with_the_allowed(name, capsys):
    """A misspelt word would train something else, for hours."""
    with pytest.raises(SystemExit) as caught:
        main(["fit", "--set", f"{name}=nonsense"])
    allowed = ", ".join(CHOICES[name])
    assert f"{name} must be one of {allowed}. Received: 'nonsense'" in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("batch_size=0", "above 0"),
        ("epochs=0", "above 0"),
        ("learning_rate=-0.001", "above 0"),
        ("dropout=1.5", "between 0 and 1"),
        ("corrupt_share=-0.1", "between 0 and 1"),
        ("pictures=-5", "0 or more"),
    ],
)
def test_a_number_out_of_range_is_refused_before_any_work(setting, expected):
    name, _, value = setting.partition("=")
    with pytest.raises(SystemExit) as caught:
        main(["fit", "--set", setting])
    assert f"{name} must be {expected}. Received: {value}." in str(caught.value)


def test_reduction_of_a_schedule_is_refused():
    """Keras would train on with a rate that is not what the preset says."""
    with pytest.raises(ConfigError, match="set schedule=constant"):
        TrainConfig(plateau_patience=2)


@pytest.mark.parametrize(
    "content, message",
    [
        ("epochs: [1", "is not YAML"),
        ("- epochs", "must hold `setting: value` lines"),
        ("epoch: 3", "Unknown setting: epoch. Allowed: architecture"),
        ("epochs: 1.5", "epochs must be of type int. Received: 1.5"),
        ("epochs: true", "epochs must be of type int. Received: True"),
        ("schedule: linear", "schedule must be one of cosine, exponential, constant"),
    ],
)
def test_wrong_preset_file_is_refused(tmp_path, monkeypatch, content, message):
    """Own recipes are added as files; a slip in one must be said in a sentence."""
    monkeypatch.setattr(presets, "FOLDER", tmp_path)
    (tmp_path / "mine.yaml").write_text(content)
    with pytest.raises(ConfigError, match=message):
        load_preset("mine")


# Recipes of one's own


def test_file_of_settings_is_a_recipe(tmp_path):
    """Whoever found a recipe of his own shall not edit this repository to train it."""
    path = tmp_path / "mine.yaml"
    path.write_text("architecture: plain_cnn\nlearning_rate: 3e-4\nepochs: 4\n")
    config = load_preset(str(path), epochs=7)
    assert config == TrainConfig(architecture="plain_cnn", learning_rate=3e-4, epochs=7)


@pytest.mark.parametrize(
    "content, message",
    [
        ("epoch: 3", r"mine\.yaml: Unknown setting: epoch\. "),
        ("epochs: many", r"mine\.yaml: epochs must be of type int\. Received: 'many'"),
        ("batch_size: 0", r"mine\.yaml: batch_size must be above 0\. Received: 0"),
        ("plateau_patience: 2", r"mine\.yaml: .*set schedule=constant"),
        (None, r"mine\.yaml cannot be read .*No such file"),
    ],
)
def test_error_of_a_file_names_the_file_and_the_setting(tmp_path, content, message):
    path = tmp_path / "mine.yaml"
    if content:
        path.write_text(content)
    with pytest.raises(ConfigError, match=message):
        load_preset(str(path))


@pytest.mark.parametrize("step", ["fit", "all", "compare"])
def test_steps_take_such_a_file(tmp_path, step):
    path = tmp_path / "mine.yaml"
    path.write_text("dropout: 7")
    with pytest.raises(SystemExit, match=r"mine\.yaml: dropout must be between 0 and 1"):
        main([step, "--config", str(path)])


def test_a_preset_and_a_file_are_not_mixed(capsys):
    with pytest.raises(SystemExit):
        main(["fit", "--preset", "mytechnotalent", "--config", "mine.yaml"])
    assert "not allowed with argument --preset" in capsys.readouterr().err


def test_help_lists_recipes_and_settings_with_their_reasons(capsys):
    """The flags of others are not learnt by heart; and a list written twice drifts apart."""
    with pytest.raises(SystemExit):
        main(["fit", "--help"])
    said = capsys.readouterr().out
    for field in dataclasses.fields(TrainConfig):
        assert f"    {field.name}={field.default}" in said
    assert "epochs=11\n" in said
    assert "so that its edge does not tell the label. Far" in " ".join(said.split())
    assert "schedule=cosine (cosine, exponential, constant)" in said
    for name in preset_names():
        assert f"    {name}\n" in said
    assert "MobileNetV2 from ImageNet, the head first" in said


@pytest.mark.parametrize(
    "name, value, expected",
    [("learning_rate", "1e-4", 1e-4), ("margin", 100, 100.0), ("epochs", "7", 7)],
)
def test_numbers_of_yaml_get_their_type(name, value, expected):
    """YAML reads 1e-4 as text and 100 as a whole number."""
    found = typed(name, value)
    assert found == expected and type(found) is type(expected)
