"""The `.keras` file of what serves is small, and is the network."""

import keras
import numpy as np

from train.export.compact import round_weights, save


def network(seed=0):
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(64, 3, name="conv")(inputs)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.Conv2D(128, 3, name="second")(x)
    return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(x))


def test_weights_have_the_digits_of_half_floats_and_the_range_of_whole_ones():
    model = network()
    weights = model.get_weights()
    weights[0][0, 0, 0, :4] = 1e-12, -1e12, 0.0, 1.0
    model.set_weights(weights)
    round_weights(model)
    for before, after in zip(weights, model.get_weights(), strict=True):
        assert (np.abs(after - before) <= np.abs(before) / 2048).all()
        assert after.dtype == np.float32 and not (after.view(np.uint32) & 0x1FFF).any()
    assert model.get_weights()[0][0, 0, 0, 2:4].tolist() == [0.0, 1.0]


def test_a_small_file_is_read_as_any_other(tmp_path):
    model = network()
    model.save(tmp_path / "stock.keras")
    round_weights(model)
    save(model, tmp_path / "model.keras")
    stock, ours = (tmp_path / f"{name}.keras" for name in ("stock", "model"))
    assert ours.stat().st_size < 0.7 * stock.stat().st_size
    loaded = keras.models.load_model(ours, compile=False)
    for found, expected in zip(loaded.get_weights(), model.get_weights(), strict=True):
        assert (found == expected).all()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.keras", "stock.keras"]
