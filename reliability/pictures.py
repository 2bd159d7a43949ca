"""Send hostile files through all that a visitor's upload goes through, and count what comes back.

    python -m reliability.pictures
    python -m reliability.pictures --family archives --family names
    python -m reliability.pictures --record

Every file ends in a verdict or in a clear error, in bounded time and memory, and leaves no file.
Anything else is named and counted as a crash, and the command fails.
"""

import argparse
import collections
import contextlib
import csv
import dataclasses
import io
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import unicodedata
from pathlib import Path

from .hostile import FAMILIES, make
from .portrait import PORTRAIT
from .record import record

MAX_SECONDS = 60  # for one file, an archive of 50 included; then its process is ended
MAX_ADDRESSES = 6 * 2**30  # bytes of a process, most never touched; beyond, memory is refused


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of one file.

    Attributes:
        said: "verdict", the code of a `PhotoError`, or what went wrong.
        is_crash: whether `said` is neither a verdict nor a code.
        seconds: it took.
        memory: peak of the process so far in bytes.
    """

    said: str
    is_crash: bool
    seconds: float
    memory: int


def visit(detector, path, name) -> str:
    """Do with a file what the page and its endpoints do.

    Args:
        detector: `detector.Detector`.
        path: `pathlib.Path` of the upload.
        name: of the file, as the visitor has it.

    Returns:
        "verdict" if there is one, else the code of the error.

    Raises:
        AssertionError: a name disturbs the table, the CSV or an error's text.
    """
    from detector.errors import PhotoError
    from detector.photo import load_photo
    from detector.photo.facts import read_facts
    from page import batch
    from page.answer import render_answer
    from page.details import render_facts
    from page.texts import LANGUAGES
    from page.uploads import list_photos

    texts = LANGUAGES["en"]
    try:
        listed = list_photos([(str(path), name)])
    except PhotoError as error:
        return error.code
    rows = [
        batch.judge(detector, shown, read, is_face_crop=False, with_thumbnail=True)
        for shown, read in listed
    ]
    _check_texts(rows, batch, texts)
    for row, (_, read) in zip(rows, listed, strict=True):
        if row.verdict:  # then it would be shown alone too
            content = read()
            data = content if isinstance(content, bytes) else content.read_bytes()
            render_answer(load_photo(data), row.verdict, texts)
            render_facts(read_facts(data), texts)
    return "verdict" if any(row.verdict for row in rows) else rows[0].error.code


def _check_texts(rows, batch, texts):
    table = batch.render_table(rows, count=len(rows), texts=texts)
    assert table.count("<tr") == len(rows) + 1, "markup of a name in the table"
    assert table.count("<img ") == sum(bool(row.thumbnail) for row in rows), "a picture of a name"
    lines = list(csv.reader(io.StringIO(batch.to_csv(rows), newline="")))
    assert len(lines) == len(rows) + 1, "a name breaks a line of the CSV"
    assert not any(line[0].lstrip().startswith(tuple("=+-@")) for line in lines), "a formula"
    result = json.dumps(batch.to_result(rows), ensure_ascii=False)
    for text in (table, result, *(cell for line in lines for cell in line)):
        text.encode()  # halves of characters
        found = {unicodedata.category(letter) for letter in text} & {"Cc", "Zl", "Zp"}
        assert not found, f"control characters in {text[:80]!r}"
        assert not set(text) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068"), "turned text"


def _visit_all(connection, folder):
    """The child: files in, outcomes out, until the parent closes the connection."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESSES, MAX_ADDRESSES))
    os.environ["TMPDIR"] = os.environ["GRADIO_TEMP_DIR"] = folder
    from detector import load_detector

    detector, path = load_detector(), Path(folder, "upload")
    visit(detector, PORTRAIT, PORTRAIT.name)  # imports what takes seconds, on no file's account
    connection.send(None)
    while (item := connection.recv()) is not None:
        path.write_bytes(item.content)
        start, is_crash = time.monotonic(), False
        try:
            said = visit(detector, path, item.name)
        except Exception as error:  # counting whatever comes is what this is for
            said, is_crash = f"{type(error).__name__}: {error}"[:200], True
        seconds = time.monotonic() - start
        path.unlink()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        connection.send(Outcome(said, is_crash, seconds, memory))


class Visitor:
    """A process that visits files, started again when one of them ends it.

    Args:
        folder: for its temporary files.
    """

    def __init__(self, folder) -> None:
        self._folder = str(folder)
        self._process = None

    def send(self, item) -> Outcome:
        """Visit one file.

        Args:
            item: `reliability.hostile.Input`.

        Returns:
            `Outcome`.
        """
        if self._process is None:
            self._start()
        start = time.monotonic()
        try:
            self._connection.send(item)
            if self._connection.poll(MAX_SECONDS):
                return self._connection.recv()
            said = f"no answer in {MAX_SECONDS} s"
        except (EOFError, ConnectionError):
            self._process.join()
            said = f"the process ended with {self._process.exitcode}"
        self._process.kill()
        self.close()
        return Outcome(said, True, time.monotonic() - start, 0)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            with contextlib.suppress(OSError):  # it may have ended before
                self._connection.send(None)
            self._connection.close()
            self._process.join()
            self._process = None

    def _start(self):
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_visit_all, args=(other, self._folder), daemon=True)
        self._process.start()
        other.close()
        self._connection.recv()


def run(*, families, seed, folder) -> tuple[list, list[str]]:
    """Visit a corpus.

    Args:
        families: names of `reliability.hostile.FAMILIES`.
        seed: of the corpus.
        folder: empty, for temporary files.

    Returns:
        A list of (`Input`, `Outcome`), contents left out, and the names of files left behind.
    """
    visitor, found = Visitor(folder), []
    for item in make(seed=seed, families=families):
        outcome = visitor.send(item)
        found.append((dataclasses.replace(item, content=b""), outcome))
        if outcome.is_crash:
            print(f"crash: {item.family}, {item.name[:80]!r}: {outcome.said}", flush=True)
    visitor.close()
    return found, sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def figures(found, left) -> dict:
    """The figures of a run, as text to text or number."""
    result = {}
    for family in dict.fromkeys(item.family for item, _ in found):
        outcomes = [outcome for item, outcome in found if item.family == family]
        kinds = collections.Counter(
            "crashes" if o.is_crash else "verdicts" if o.said == "verdict" else "clear errors"
            for o in outcomes
        )
        said = ", ".join(f"{kinds[kind]} {kind}" for kind in ("verdicts", "clear errors"))
        result[f"Inputs of {family}"] = f"{len(outcomes)}: {said}"
    slowest, outcome = max(found, key=lambda pair: pair[1].seconds)
    return result | {
        "Inputs in all": len(found),
        "Crashes": sum(outcome.is_crash for _, outcome in found),
        "Slowest input": f"{outcome.seconds:.1f} s ({slowest.family}, {slowest.name[:20]!a})",
        "Peak memory": f"{max(outcome.memory for _, outcome in found) / 2**20:.0f} MB",
        "Temporary files left": len(left),
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--family", action="append", choices=FAMILIES, help="only this one")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--record", action="store_true", help="write docs/reliability.md")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        result = figures(
            *run(families=options.family or FAMILIES, seed=options.seed, folder=Path(folder))
        )
    for what, figure in result.items():
        print(f"{what}: {figure}")
    if options.record:
        record("pictures", result)
    return 1 if result["Crashes"] or result["Temporary files left"] else 0


if __name__ == "__main__":
    sys.exit(main())
