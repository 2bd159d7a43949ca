"""Coverage-guided fuzzing of whatever parses what a visitor sends, with atheris (libFuzzer).

    python -m reliability.fuzz --seconds 60
    python -m reliability.fuzz --seconds 1800 --record

Each target runs in a process of its own for its share of the time. Seeds are made anew from
`reliability.hostile`, so that no corpus of binary files is kept here; what crashed is kept, in a
folder that is printed.
"""

import argparse
import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .record import record

MAX_LENGTH = 65_536  # bytes of an input: longer ones are slower, and lead to the same code
MAX_SECONDS = 30  # for one input
MAX_MEMORY = 3_000  # MB of the process
SEEDS = {  # families of `reliability.hostile` that a target starts from
    "photo": ("truncated", "sizes", "disguised"),
    "facts": ("disguised",),
    "archive": ("archives", "two formats at once"),
}


def fuzz_photo(data: bytes, folder: Path) -> None:
    """`load_photo`, and what the file says of itself where it is a photo."""
    from detector.errors import PhotoError
    from detector.photo import load_photo
    from detector.photo.facts import read_facts

    with contextlib.suppress(PhotoError):
        load_photo(data)
        read_facts(data)


def fuzz_facts(data: bytes, folder: Path) -> None:
    """`read_facts` of a JPEG that has this as provenance (C2PA), as XMP and as EXIF."""
    from detector.errors import PhotoError
    from detector.photo.facts import read_facts

    from .formats import jpeg_segment, jpeg_with

    kind, start = ((0xEB, b"JP\0\1\0\0\0\1"), (0xE1, b"Exif\0\0"))[len(data) % 2]
    with contextlib.suppress(PhotoError):
        read_facts(jpeg_with(_bare_jpeg(), jpeg_segment(kind, start + data[:65_000])))


def fuzz_archive(data: bytes, folder: Path) -> None:
    """The list of an upload's photos, and the reading of each."""
    from detector.errors import PhotoError
    from page.uploads import list_photos

    path = folder / "upload"
    path.write_bytes(data)
    with contextlib.suppress(PhotoError):
        for _, read in list_photos([(str(path), "upload.zip")]):
            with contextlib.suppress(PhotoError):
                read()


def fuzz_address(data: bytes, folder: Path) -> None:
    """A web address that a visitor gives, up to the first connection."""
    from detector.errors import AddressError
    from detector.photo import fetch

    text = data.decode("utf-8", "replace")
    with contextlib.suppress(AddressError, ValueError):  # ValueError: a name, no IP address
        parts = fetch._parse(text)
        assert parts.scheme in fetch.PORTS and parts.hostname and not parts.password
        fetch.is_public(parts.hostname)


TARGETS = {
    "photo": fuzz_photo,
    "facts": fuzz_facts,
    "archive": fuzz_archive,
    "address": fuzz_address,
}
ADDRESSES = (
    *("https://photos.example/a.jpg?x=1", "http://[::ffff:127.0.0.1]/", "http://127.1:80/x"),
    *("http://user@photos.example/", "//photos.example", "http://[fe80::1%25eth0]/"),
)


def _bare_jpeg():
    from .portrait import encodings

    return encodings()["progressive.jpg"]


def _write_seeds(name, folder):
    from .hostile import make
    from .portrait import encodings

    if name == "address":
        contents = [address.encode() for address in ADDRESSES]
    else:
        contents = [item.content for item in make(families=SEEDS[name])]
        contents += encodings().values() if name == "photo" else ()
    for index, content in enumerate(contents):
        if len(content) <= MAX_LENGTH:
            (folder / str(index)).write_bytes(content)


def _fuzz(name, options, folder):
    """The child: fuzz one target until libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(
        include=["detector", "page", "PIL", "zipfile", "urllib", "ipaddress"]
    ):
        import ipaddress  # noqa: F401
        import urllib.parse  # noqa: F401
        import zipfile  # noqa: F401

        import PIL.Image

        import detector.photo.facts
        import detector.photo.fetch  # noqa: F401
        import page.uploads  # noqa: F401

    PIL.Image.preinit()
    target = TARGETS[name]
    atheris.Setup([sys.argv[0], *options], lambda data: target(data, folder))
    atheris.Fuzz()


def run(name, *, seconds, folder) -> dict:
    """Fuzz one target.

    Args:
        name: of `TARGETS`.
        seconds: how long.
        folder: where the corpus and what crashed is written.

    Returns:
        A dict: executions, crashes, timeouts, corpus, memory in MB.
    """
    corpus, scratch = folder / f"{name}-corpus", folder / f"{name}-scratch"
    for path in (corpus, scratch):
        path.mkdir()
    _write_seeds(name, corpus)
    options = [
        *(f"-max_total_time={seconds}", f"-max_len={MAX_LENGTH}", f"-timeout={MAX_SECONDS}"),
        *(f"-rss_limit_mb={MAX_MEMORY}", f"-artifact_prefix={folder}/{name}-", "-seed=1"),
        *("-print_final_stats=1", "-verbosity=1", "-close_fd_mask=1", str(corpus)),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "reliability.fuzz", "--child", name, str(scratch), *options],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    stats = dict(re.findall(r"stat::(\w+):\s*(\d+)", done.stderr))
    kept = [path.name for path in folder.glob(f"{name}-*") if path.is_file()]
    timeouts = sum(path.startswith(f"{name}-timeout") for path in kept)
    if done.returncode or kept:
        print(f"{name}: {', '.join(kept) or 'died'} in {folder}\n{done.stderr[-3000:]}")
    return {
        "executions": int(stats.get("number_of_executed_units", 0)),
        "crashes": max(len(kept) - timeouts, int(bool(done.returncode and not timeouts))),
        "timeouts": timeouts,
        "corpus": len(list(corpus.iterdir())),
        "memory": int(stats.get("peak_rss_mb", 0)),
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=60, help="in all, shared by the targets")
    parser.add_argument("--target", action="append", choices=TARGETS, help="only this one")
    parser.add_argument("--record", action="store_true", help="write docs/reliability.md")
    options = parser.parse_args(arguments)
    names = options.target or list(TARGETS)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    results = {
        name: run(name, seconds=max(1, options.seconds // len(names)), folder=folder)
        for name in names
    }
    figures = {"Seconds": options.seconds}
    for name, result in results.items():
        figures[f"Executions, {name}"] = result["executions"]
        figures[f"Corpus grown to, {name}"] = f"{result['corpus']} files"
    figures |= {
        "Crashes": sum(result["crashes"] for result in results.values()),
        f"Inputs slower than {MAX_SECONDS} s": sum(r["timeouts"] for r in results.values()),
        "Peak memory": f"{max(result['memory'] for result in results.values())} MB",
    }
    for what, figure in figures.items():
        print(f"{what}: {figure}")
    if options.record:
        record("fuzz", figures)
    has_failed = any(r["crashes"] or r["timeouts"] or not r["executions"] for r in results.values())
    if not has_failed:
        shutil.rmtree(folder)
    return 1 if has_failed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _fuzz(sys.argv[2], sys.argv[4:], Path(sys.argv[3]))
    sys.exit(main())
