"""`requirements.lock`: what serves, every package with checksums, in step with requirements.txt."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PIN = re.compile(r"^([a-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE | re.IGNORECASE)


def pins(name):
    """(package, version) of each line; a package may have two, for different systems."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {(package.lower().replace("_", "-"), version) for package, version in PIN.findall(text)}


def test_lock_holds_the_versions_that_are_asked_for():
    """Edited in one file only, the other would install something else."""
    assert pins("requirements.txt") <= pins("requirements.lock")


def test_every_package_of_the_lock_has_checksums():
    """Without one, pip would take whatever the index gives."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = [part for part in re.split(r"\n(?=\S)", text) if not part.startswith("#")]
    assert len(entries) > len(pins("requirements.txt"))
    for entry in entries:
        assert PIN.match(entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
