"""Early stopping, reduction of the learning rate and time limits survive a kill."""

from types import SimpleNamespace

import pytest

from train import plots
from train.config import TrainConfig
from train.fitting import progress as module
from train.fitting.progress import (
    Forecast,
    Progress,
    best_epoch,
    has_stopped,
    learning_rate,
    read_history,
)
from train.fitting.recipe import make_optimizer
from train.times import duration

LOSSES = [0.9, 0.8, 0.85, 0.81, 0.7, 0.7, 0.75, 0.71, 0.72, 0.6]
CONFIG = TrainConfig(
    monitor="loss", schedule="constant", learning_rate=0.1, plateau_patience=2, patience=4
)


def history(losses):
    return {epoch: {"val_loss": loss, "val_auc": 1 - loss} for epoch, loss in enumerate(losses)}


def test_best_epoch_is_the_first_of_equals():
    assert best_epoch(history(LOSSES[:7]), monitor="loss") == 4
    assert best_epoch(history(LOSSES[:7]), monitor="auc") == 4
    assert best_epoch({0: {"val_auc": 0.5}, 1: {"val_auc": 0.9}}, monitor="auc") == 1


@pytest.mark.parametrize(
    "epochs, expected",
    [(0, 0.1), (2, 0.1), (3, 0.1), (4, 0.05), (6, 0.05), (7, 0.025), (9, 0.0125)],
)
def test_learning_rate_falls_at_each_plateau(epochs, expected):
    assert learning_rate(history(LOSSES[:epochs]), CONFIG) == pytest.approx(expected)


def test_training_stops_when_patience_has_run_out():
    stopped = [has_stopped(history(LOSSES[:n]), {}, CONFIG) for n in range(len(LOSSES) + 1)]
    assert stopped == [*[False] * 9, True, False]  # four epochs after the best, not earlier
    never = CONFIG.replace(patience=0)
    assert not any(has_stopped(history(LOSSES[:n]), {}, never) for n in range(11))


def test_training_stops_when_time_has_run_out():
    config = TrainConfig(minutes=1.0)
    times = {-1: {"seconds": 20.0}, 0: {"seconds": 39.0}}
    assert not has_stopped(history(LOSSES[:1]), times, config)
    assert has_stopped(history(LOSSES[:2]), {**times, 1: {"seconds": 1.0}}, config)


def run_epochs(folder, *, kill_after, config=CONFIG):
    """Train without a network: each start goes on from the files, up to `kill_after` epochs."""
    rates, epoch = [], 0
    while epoch < len(LOSSES):
        paths = {"history": folder / "history.csv", "seconds": folder / "seconds.csv"}
        if has_stopped(read_history(paths["history"]), read_history(paths["seconds"]), config):
            break
        progress = Progress(config, **paths)
        model = SimpleNamespace(optimizer=SimpleNamespace(learning_rate=None), stop_training=False)
        progress.set_model(model)
        for _ in range(kill_after):
            progress.on_epoch_begin(epoch)
            rates.append(model.optimizer.learning_rate)
            progress.on_epoch_end(epoch, history(LOSSES)[epoch])
            epoch += 1
            if model.stop_training or epoch == len(LOSSES):
                break
        if model.stop_training:
            break
    return rates


@pytest.mark.parametrize("kill_after", [1, 2, 3])
def test_killed_run_reduces_and_stops_as_an_uninterrupted_one(tmp_path, kill_after):
    """With Keras' own callbacks a resumed run waits anew and ends elsewhere."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    expected = run_epochs(tmp_path / "whole", kill_after=99)
    assert expected == pytest.approx([0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025])
    assert run_epochs(tmp_path / "killed", kill_after=kill_after) == expected


def test_epoch_that_was_trained_twice_counts_once(tmp_path):
    """A kill between two files leaves the history an epoch ahead of the backup."""
    path = tmp_path / "history.csv"
    path.write_text("epoch,val_loss,val_auc\n0,0.5,0.5\n1,0.6,0.4\n1,0.4,0.6\n")
    assert read_history(path) == {
        0: {"val_loss": 0.5, "val_auc": 0.5},
        1: {"val_loss": 0.4, "val_auc": 0.6},
    }
    progress = Progress(CONFIG, history=path, seconds=tmp_path / "seconds.csv")
    progress.set_model(SimpleNamespace(optimizer=SimpleNamespace(learning_rate=None)))
    progress.on_epoch_begin(1)
    assert list(progress.history) == [0]


def test_history_of_before_a_figure_came_up_is_gone_on_with(tmp_path):
    """Rows of two lengths ended a night's training in a traceback when it was read."""
    path = tmp_path / "history.csv"
    path.write_text("epoch,loss,val_auc,val_loss\n0,0.7,0.5,0.6\n")
    progress = Progress(TrainConfig(), history=path, seconds=tmp_path / "seconds.csv")
    progress.set_model(SimpleNamespace(stop_training=False))
    progress.on_epoch_begin(1)
    later = {"loss": 0.6, "precision": 0.8, "val_auc": 0.7, "val_loss": 0.5}
    progress.on_epoch_end(1, later)
    assert read_history(path) == {0: {"loss": 0.7, "val_auc": 0.5, "val_loss": 0.6}, 1: later}
    plots.history(read_history(path), tmp_path / "history.png")
    assert (tmp_path / "history.png").stat().st_size > 1000


# What it will take


@pytest.fixture
def clock(monkeypatch):
    """A clock that tests set."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(module.time, "monotonic", lambda: clock.now)
    return clock


def train_in_silence(forecast, clock, *, batches, epoch=0, seconds=2.0):
    forecast.on_epoch_begin(epoch)
    for batch in range(batches):
        clock.now += 60.0 if batch == 0 else seconds  # the first one traces the graph
        forecast.on_train_batch_end(batch)
    forecast.on_epoch_end(epoch)


def test_time_of_a_run_is_said_after_some_batches_and_once(clock, capsys):
    """Whoever learns after the first hour that there are twenty of them has lost that hour."""
    forecast = Forecast(batches=300, validation_batches=90, epochs=6)
    train_in_silence(forecast, clock, batches=50, epoch=1)  # goes on from the second epoch
    assert capsys.readouterr().out.strip() == "About 11 minutes an epoch, 55 minutes in all."
    train_in_silence(forecast, clock, batches=50, epoch=2)
    assert capsys.readouterr().out == ""


def test_time_of_short_epochs_is_said_after_the_first(clock, capsys):
    forecast = Forecast(batches=10, epochs=10, is_longest=True)
    train_in_silence(forecast, clock, batches=10)
    assert capsys.readouterr().out.strip() == "About 78 s an epoch, 13 minutes at most."
    train_in_silence(Forecast(batches=300), clock, batches=45)
    assert capsys.readouterr().out.strip() == "About 10 minutes for this phase."


@pytest.mark.parametrize(
    "seconds, words",
    [(0.2, "1 s"), (89, "89 s"), (90, "2 minutes"), (3600, "60 minutes"), (9000, "2.5 hours")],
)
def test_durations_are_said_as_people_do(seconds, words):
    assert duration(seconds) == words


# Optimisers


def test_schedules_end_where_they_say():
    """A rate that never falls, or falls at once, trains a network that looks merely bad."""
    cosine = make_optimizer(TrainConfig(epochs=4, warmup_batches=10), epoch_batches=100)
    rates = [float(cosine._learning_rate(step)) for step in (0, 10, 400)]
    assert rates == pytest.approx([1e-5, 1e-3, 0.0], abs=1e-9)
    config = TrainConfig(optimizer="adam", schedule="exponential", decay_rate=0.5)
    decay = make_optimizer(config, epoch_batches=100)
    rates = [float(decay._learning_rate(step)) for step in (0, 100, 200)]
    assert rates == pytest.approx([1e-3, 5e-4, 2.5e-4])


@pytest.mark.parametrize("name", ["adamw", "adam", "sgd"])
def test_optimizer_is_the_named_one(name):
    config = TrainConfig(optimizer=name, schedule="constant", clip_norm=2.0, weight_decay=0.01)
    found = make_optimizer(config, epoch_batches=10)
    assert type(found).__name__.lower() == name and found.global_clipnorm == 2.0
    assert found.weight_decay == (0.01 if name == "adamw" else None)
    assert make_optimizer(TrainConfig(), epoch_batches=10).global_clipnorm is None
