"""What validation has said so far: which epoch is best, whether to stop, how fast to go on.

Functions of the history that a run writes: Keras' own callbacks forget it when a run is killed, and
a resumed run shall end as an uninterrupted one.
"""

import csv
import time

import keras

from ..disk import write_whole
from ..times import duration


def read_history(path) -> dict[int, dict[str, float]]:
    """Read the figures of each epoch, by epoch; an epoch that was trained twice counts once.

    A figure that came up later than the run is missing from its earlier epochs.
    """
    if not path.is_file():
        return {}
    with path.open(newline="") as file:
        rows = [{name: float(x) for name, x in row.items() if x} for row in csv.DictReader(file)]
    return {int(row.pop("epoch")): row for row in rows}


def write_history(path, history) -> None:
    """Write what `read_history` reads, whole or not at all."""
    names = sorted({name for row in history.values() for name in row})
    lines = [",".join(["epoch", *names])]
    for epoch in sorted(history):
        row = history[epoch]
        lines.append(",".join([str(epoch), *(repr(row[n]) if n in row else "" for n in names)]))
    write_whole(path, "\n".join(lines) + "\n")


def best_epoch(history, *, monitor) -> int:
    """The number of the best epoch, the first one of equals.

    Args:
        history: what `read_history` returns, of at least one epoch.
        monitor: "auc" or "loss", on validation.
    """
    sign = 1.0 if monitor == "auc" else -1.0
    return max(sorted(history), key=lambda epoch: sign * history[epoch][f"val_{monitor}"])


def has_stopped(history, seconds, config) -> bool:
    """Whether patience or time has run out.

    Args:
        history: what `read_history` returns.
        seconds: what `read_history` returns of the times of the same run.
        config: `TrainConfig`.
    """
    if not history:
        return False
    if config.minutes and sum(row["seconds"] for row in seconds.values()) >= 60 * config.minutes:
        return True
    waited = max(history) - best_epoch(history, monitor=config.monitor)
    return bool(config.patience) and waited >= config.patience


def learning_rate(history, config) -> float:
    """The learning rate of the next epoch, reduced at each plateau.

    Args:
        history: what `read_history` returns.
        config: `TrainConfig`, with `plateau_patience`.
    """
    rate, last = config.learning_rate, -1  # the last epoch that was better, or reduced the rate
    for epoch in sorted(history):
        seen = {number: history[number] for number in history if number <= epoch}
        if best_epoch(seen, monitor=config.monitor) == epoch:
            last = epoch
        elif epoch - last >= config.plateau_patience:
            rate, last = max(rate * config.plateau_factor, config.plateau_min), epoch
    return rate


class Progress(keras.callbacks.Callback):
    """Keeps the history, reduces the learning rate and stops training, as the functions above say.

    Args:
        config: `TrainConfig`.
        history: path of the history; each epoch is added. Keras' own logger leaves rows of two
            lengths where a run goes on with other metrics.
        seconds: path of the times of the epochs; each is appended.
    """

    def __init__(self, config, *, history, seconds) -> None:
        super().__init__()
        self.config = config
        self.history_path = history
        self.history = read_history(history)
        self.seconds_path = seconds
        self.seconds = read_history(seconds)

    def on_epoch_begin(self, epoch, logs=None) -> None:
        self.started = time.monotonic()
        # A kill between two files may have left one of them an epoch ahead.
        self.history = {number: row for number, row in self.history.items() if number < epoch}
        self.seconds = {number: row for number, row in self.seconds.items() if number < epoch}
        if self.config.plateau_patience:
            self.model.optimizer.learning_rate = learning_rate(self.history, self.config)

    def on_epoch_end(self, epoch, logs=None) -> None:
        self.history[epoch] = {name: float(x) for name, x in logs.items()}
        write_history(self.history_path, self.history)
        self.seconds[epoch] = {"seconds": time.monotonic() - self.started}
        write_seconds(self.seconds_path, epoch, **self.seconds[epoch])
        if has_stopped(self.history, self.seconds, self.config):
            self.model.stop_training = True


class Forecast(keras.callbacks.Callback):
    """Says after some batches, once, how long an epoch and the rest of the run will take.

    Args:
        batches: of an epoch.
        validation_batches: likewise; a batch is taken to cost a third of one of training, whose
            backward pass takes twice as long as its forward pass.
        epochs: number of the last epoch; None for a single phase before them.
        is_longest: whether the run may stop earlier.
    """

    SKIPPED = 20  # batches: the first ones trace graphs, the next ones were loaded meanwhile
    MEASURED = 20

    def __init__(self, *, batches, validation_batches=0, epochs=None, is_longest=False) -> None:
        super().__init__()
        self.batches = batches + validation_batches / 3
        self.epochs = epochs
        self.is_longest = is_longest
        self.is_said = False

    def on_epoch_begin(self, epoch, logs=None) -> None:
        self.epoch = epoch
        self.epoch_began = time.monotonic()

    def on_train_batch_end(self, batch, logs=None) -> None:
        if batch + 1 == self.SKIPPED:
            self.began = time.monotonic()
        if batch + 1 == self.SKIPPED + self.MEASURED:
            self._say((time.monotonic() - self.began) / self.MEASURED * self.batches)

    def on_epoch_end(self, epoch, logs=None) -> None:
        self._say(time.monotonic() - self.epoch_began)  # it was too short for the other way

    def _say(self, seconds):
        if self.is_said:
            return
        self.is_said = True
        if self.epochs is None:
            print(f"\nAbout {duration(seconds)} for this phase.", flush=True)
            return
        rest = f"{duration(seconds * (self.epochs - self.epoch))} "
        rest += "at most" if self.is_longest else "in all"
        print(f"\nAbout {duration(seconds)} an epoch, {rest}.", flush=True)


def write_seconds(path, epoch, *, seconds) -> None:
    """Append the time of an epoch, -1 for that of phase 1."""
    is_new = not path.is_file()
    with path.open("a") as file:
        file.write(("epoch,seconds\n" if is_new else "") + f"{epoch},{seconds:.2f}\n")
