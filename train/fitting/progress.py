"""What validation has said so far: which epoch is best, whether to stop, how fast to go on.

Functions of the history that a run writes: Keras' own callbacks forget it when a run is killed, and
a resumed run shall end as an uninterrupted one.
"""

import csv
import time

import keras


def read_history(path):
    """Read the figures of each epoch, by epoch; an epoch that was trained twice counts once."""
    if not path.is_file():
        return {}
    with path.open(newline="") as file:
        rows = [{name: float(x) for name, x in row.items()} for row in csv.DictReader(file)]
    return {int(row.pop("epoch")): row for row in rows}


def best_epoch(history, *, monitor):
    """The number of the best epoch, the first one of equals.

    Args:
        history: what `read_history` returns, of at least one epoch.
        monitor: "auc" or "loss", on validation.
    """
    sign = 1.0 if monitor == "auc" else -1.0
    return max(sorted(history), key=lambda epoch: sign * history[epoch][f"val_{monitor}"])


def has_stopped(history, seconds, config):
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


def learning_rate(history, config):
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
    """Times epochs, reduces the learning rate and stops training, as the functions above say.

    Args:
        config: `TrainConfig`.
        history: path of the history, as written up to now.
        seconds: path of the times of the epochs; each is appended.
    """

    def __init__(self, config, *, history, seconds):
        super().__init__()
        self.config = config
        self.history = read_history(history)
        self.seconds_path = seconds
        self.seconds = read_history(seconds)

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.monotonic()
        # A kill between two files may have left one of them an epoch ahead.
        self.history = {number: row for number, row in self.history.items() if number < epoch}
        self.seconds = {number: row for number, row in self.seconds.items() if number < epoch}
        if self.config.plateau_patience:
            self.model.optimizer.learning_rate = learning_rate(self.history, self.config)

    def on_epoch_end(self, epoch, logs=None):
        self.history[epoch] = {name: float(x) for name, x in logs.items()}
        self.seconds[epoch] = {"seconds": time.monotonic() - self.started}
        write_seconds(self.seconds_path, epoch, **self.seconds[epoch])
        if has_stopped(self.history, self.seconds, self.config):
            self.model.stop_training = True


def write_seconds(path, epoch, *, seconds):
    """Append the time of an epoch, -1 for that of phase 1."""
    is_new = not path.is_file()
    with path.open("a") as file:
        file.write(("epoch,seconds\n" if is_new else "") + f"{epoch},{seconds:.2f}\n")
