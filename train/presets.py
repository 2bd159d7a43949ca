"""Recipes by name: the settings of each source project, and ours, in `train/presets/*.yaml`."""

from pathlib import Path

import yaml

from detector.errors import ConfigError

from .config import TrainConfig, check_names, typed

FOLDER = Path(__file__).parent / "presets"


def preset_names():
    """The names of all presets."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load_preset(name, **changes):
    """Read a preset.

    Args:
        name: one of `preset_names()`.
        changes: settings that override those of the preset.

    Returns:
        `TrainConfig`.

    Raises:
        ConfigError: there is no such preset, or it or `changes` has an unknown setting or a value
            that is not allowed.
    """
    if name not in preset_names():
        raise ConfigError(f"Unknown preset {name!r}. Allowed: {', '.join(preset_names())}.")
    path = FOLDER / f"{name}.yaml"
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not YAML ({error}).") from error
    if not isinstance(settings, dict):
        raise ConfigError(f"{path} must hold `setting: value` lines. Received: {settings!r}.")
    settings = {**settings, **changes}
    check_names(settings)
    return TrainConfig(**{key: typed(key, value) for key, value in settings.items()})
