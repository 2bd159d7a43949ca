"""`pip install .` gives the detector, its weights and a command."""

import re
import tomllib

from detector.config import WEIGHTS_DIR
from detector.weights import FILES, SPEC_FILE, read_spec
from testing.server import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())


def names(lines):
    return {re.match(r"[A-Za-z0-9_-]+", line)[0] for line in lines}


def test_the_package_has_the_version_of_its_weights():
    """Who reports a wrong verdict names one number."""
    assert SETTINGS["project"]["version"] == read_spec(WEIGHTS_DIR).version


def test_the_weights_are_part_of_the_package():
    setup = SETTINGS["tool"]["setuptools"]
    [name] = setup["package-dir"]
    assert name in setup["packages"]
    for file in (*FILES, SPEC_FILE):
        assert (ROOT / setup["package-dir"][name] / file).is_file()


def test_what_the_package_needs_is_what_is_tested():
    """A library that is asked for and not in requirements.txt would be tested nowhere."""
    tested = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line]
    tested = names(line for line in tested if not line.startswith("#"))
    asked = names(SETTINGS["project"]["dependencies"])
    assert asked <= tested
    assert not asked & {"gradio", "tensorflow", "keras"}  # the page's, and the explanations'
