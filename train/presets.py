"""Recipes: the settings of each source project, and ours, in `train/presets/*.yaml`, or your own.

A recipe is a file of `setting: value` lines. What it leaves out is as in `train/config.py`.
"""

from pathlib import Path

import yaml

from detector.errors import ConfigError

from .config import TrainConfig, check_names, typed

FOLDER = Path(__file__).parent / "presets"


def preset_names() -> list[str]:
    """The names of all presets."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def is_file_name(name) -> bool:
    """Whether a recipe is named by its file, not by a preset."""
    return str(name).endswith((".yaml", ".yml"))


def load_preset(name, **changes) -> TrainConfig:
    """Read a recipe.

    Args:
        name: one of `preset_names()`, or the path of a `.yaml` file of your own.
        changes: settings that override those of the recipe.

    Returns:
        `TrainConfig`.

    Raises:
        ConfigError: there is no such recipe, or it or `changes` has an unknown setting or a value
            that is not allowed; of a recipe it names the file and the setting.
    """
    if is_file_name(name):
        path = Path(name)
    elif name in preset_names():
        path = FOLDER / f"{name}.yaml"
    else:
        raise ConfigError(
            f"Unknown preset {name!r}. Allowed: {', '.join(preset_names())}, or the path of a "
            ".yaml file of your own."
        )
    settings = _read(path)
    check_names(changes)
    try:
        check_names(settings)
        config = _typed(TrainConfig(), settings)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
    return _typed(config, changes)


def _read(path):
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({error}).") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not YAML ({error}).") from error
    if not isinstance(settings, dict):
        raise ConfigError(f"{path} must hold `setting: value` lines. Received: {settings!r}.")
    return {str(name): value for name, value in settings.items()}


def _typed(config, settings):
    return config.replace(**{name: typed(name, value) for name, value in settings.items()})
