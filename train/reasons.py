"""What `--help` says of recipes and settings: the comments beside them, written down once."""

import inspect
import re
import textwrap

from .config import CHOICES, TrainConfig
from .presets import FOLDER, preset_names

WIDTH = 100
SETTING = re.compile(r"    (\w+): \w+ = [^#]+?\s*(?:# (.*))?$")
HEADING = re.compile(r"    # (\S.*)$")
MORE = re.compile(r"    #\s{2,}(\S.*)$")


def recipes_and_settings() -> str:
    """The text below the options of a step that trains."""
    return "\n".join(
        ["recipes (--preset):"]
        + [_entry(name, _comment_of(name)) for name in preset_names()]
        + ["", "settings (--set NAME=VALUE), with their values in `ours`:"]
        + list(_settings(inspect.getsource(TrainConfig)))
    )


def _settings(source):
    """Headings and settings of the source of `TrainConfig`, one text each."""
    source = source.partition("def __post_init__")[0]
    entries = []  # [name and value or None of a heading, reason]
    for line in source.splitlines():
        if found := SETTING.match(line):
            name, reason = found.groups()
            words = f" ({', '.join(CHOICES[name])})" if name in CHOICES else ""
            entries.append([f"{name}={getattr(TrainConfig, name)}{words}", reason or ""])
        elif found := MORE.match(line):
            entries[-1][1] += f" {found[1]}"
        elif found := HEADING.match(line):
            entries.append([None, found[1]])
    for name, text in entries:
        yield _entry(name, text) if name else f"\n  {text}"


def _comment_of(preset):
    """The comment that a preset begins with."""
    comment = []
    for line in (FOLDER / f"{preset}.yaml").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        comment.append(line.removeprefix("# "))
    return " ".join(comment)


def _entry(name, text):
    indent = " " * 6
    body = textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
    return f"    {name}\n{body}" if text else f"    {name}"
