"""Photos on all machines of a Ray cluster: `python -m detector PHOTO... --engine ray`.

Workers only judge. Rows come back to this process, which alone writes: so a photo has one row,
whichever worker dies and whatever is judged twice for it.
"""

import logging
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from ..errors import ConfigError, PhotoError
from ..pipeline import Detector
from .storage import read_photo

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # else it reports to its makers
try:
    import pyarrow as pa
    import ray
    import ray.data
    import ray.exceptions
except ImportError as error:
    raise ConfigError(
        f'--engine ray needs Ray ({error}). Install it: pip install "ray[data]"'
    ) from error

from .parquet import SCHEMA, VerdictFolder, to_row

BLOCK = 32  # photos, at most, that a worker is sent at a time: a second of work
NO_UTF8 = "Its name is not UTF-8, and would be none in the table. Rename the file."
RETRIES = 2  # of a block whose worker died; then each of its photos alone, so that one is blamed


def judge_on_cluster(
    detector: Detector, photos: Iterable[str], output: str, *, is_face_crop: bool, jobs: int | None
) -> tuple[int, int, dict[str, str]]:
    """Judge all photos that have no verdict yet, and keep the verdicts as Parquet.

    The cluster is the one of `RAY_ADDRESS`, or one of this machine that is started and ended.

    Args:
        detector: `detector.Detector`; every worker gets a copy, with one thread.
        photos: paths and addresses; twice the same one counts once.
        output: path or address of a folder; see `detector.batch.parquet`.
        is_face_crop: see `Detector.predict`.
        jobs: number of workers; None: one for each processor of the cluster.

    Returns:
        The number of photos with a verdict before, of those judged now, and a dict of those that
        could not be judged: path to text of the error.

    Raises:
        ConfigError: the folder cannot be used, or the cluster does not answer.
    """
    folder = VerdictFolder(output)
    done = folder.take_up(detector.weights.info, is_face_crop=is_face_crop)
    # Workers have other working folders.
    paths = (path if "://" in path else str(Path(path).absolute()) for path in photos)
    named = dict.fromkeys(paths)
    # Parquet and Arrow know no other names.
    bad = {path: NO_UTF8 for path in named if not _is_utf8(path)}
    for path, error in bad.items():
        print(f"{path}: {error}", file=sys.stderr)
    named = {path: None for path in named if path not in bad}
    bad = {path.encode("utf-8", "replace").decode(): error for path, error in bad.items()}
    waiting = {path: None for path in named if path not in done}
    before, judged = len(named) - len(waiting), 0
    if waiting:
        _connect()
    try:
        for block in (BLOCK, 1):
            todo = list(waiting)
            for rows in _judge_blocks(detector, todo, block, is_face_crop, jobs) if todo else ():
                for row in rows:
                    waiting.pop(row["path"])
                    if row["error"]:
                        bad[row["path"]] = row["error"]
                        print(f"{row['path']}: {row['error']}", file=sys.stderr, flush=True)
                verdicts = [row for row in rows if not row["error"]]
                judged += len(verdicts)
                folder.add(verdicts)
    except ray.exceptions.RayError as error:  # not of one that dies: those are replaced
        reason = str(error).strip().rpartition("\n")[2]
        raise ConfigError(
            f"No worker can start ({reason}). Install requirements.txt on every machine."
        ) from error
    finally:
        folder.close()
    for path in waiting:
        bad[path] = f"{RETRIES + 1} workers died of this photo."
        print(f"{path}: {bad[path]}", file=sys.stderr)
    folder.add_bad(bad)
    return before, judged, bad


def _is_utf8(path):
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


class Judge:
    """Turns paths into rows, in a worker of its own.

    Args:
        detector: `detector.Detector`.
        is_face_crop: see `Detector.predict`.
    """

    def __init__(self, detector: Detector, is_face_crop: bool) -> None:
        self._detector, self._is_face_crop = detector, is_face_crop

    def __call__(self, block: pa.Table) -> pa.Table:
        rows = [self._judge(path) for path in block["item"].to_pylist()]
        return pa.Table.from_pylist(rows, SCHEMA)

    def _judge(self, path):
        try:
            verdict = self._detector.predict(read_photo(path), is_face_crop=self._is_face_crop)
        except PhotoError as error:
            return {"path": path, "error": str(error)}
        except Exception as error:  # one photo in a million must not end the run
            return {"path": path, "error": f"The detector failed: {error!r}"}
        return to_row(path, verdict, is_face_crop=self._is_face_crop)


def _connect():
    try:
        ray.init(
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            # Machines of the cluster need the libraries alone, not this repository.
            runtime_env={"py_modules": [str(Path(__file__).parents[1])]},
        )
    except Exception as error:  # Ray raises many, `Exception` itself among them
        raise ConfigError(f"Ray does not start or answer ({error}). Check RAY_ADDRESS.") from error
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.max_errored_blocks = -1  # blocks whose workers died are missing, the others come


def _judge_blocks(detector, paths, block, is_face_crop, jobs):
    """Yield lists of rows of `SCHEMA`, in any order; those of photos that killed workers never."""
    workers = jobs or int(ray.cluster_resources().get("CPU", 1))  # none yet: it grows
    block = min(block, -(-len(paths) // (8 * workers)))  # of few photos, each worker gets a share
    blocks = -(-len(paths) // block)
    judged = ray.data.from_items(paths, override_num_blocks=blocks).map_batches(
        Judge,
        fn_constructor_args=(detector, is_face_crop),
        batch_size=None,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=min(blocks, workers)),
        num_cpus=1,
        ray_remote_args_fn=lambda: {"max_task_retries": RETRIES},  # of themselves without end
    )
    for rows in judged.iter_batches(batch_size=None, batch_format="pyarrow"):
        yield rows.to_pylist()
