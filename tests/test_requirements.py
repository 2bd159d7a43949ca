"""`requirements.lock`: what serves, every package with checksums, in step with requirements.txt."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
SETS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-torch.txt",
    "requirements-gpu.txt",
)
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z-]+\])?==([^\s;\\]+)", re.MULTILINE | re.IGNORECASE)


def pins(name):
    """(package, version) of each line; a package may have two, for different systems."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {(package.lower().replace("_", "-"), version) for package, version in PIN.findall(text)}


def test_lock_holds_the_versions_that_are_asked_for():
    """Edited in one file only, the other would install something else."""
    assert pins("requirements.txt") <= pins("requirements.lock")


def test_no_package_is_asked_for_in_two_versions():
    """The GPU's TensorFlow takes the place of the one that everything else was tested with."""
    versions = {}
    for name in SETS:
        for package, version in pins(name):
            package = "tensorflow" if package == "tensorflow-cpu" else package
            assert versions.setdefault(package, version) == version, package
    assert {"tensorflow", "torch"} <= set(versions)


def test_every_package_of_the_lock_has_checksums():
    """Without one, pip would take whatever the index gives."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = [part for part in re.split(r"\n(?=\S)", text) if not part.startswith("#")]
    assert len(entries) > len(pins("requirements.txt"))
    for entry in entries:
        assert PIN.match(entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
