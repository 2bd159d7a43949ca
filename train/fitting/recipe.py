"""Settings to optimiser and learning-rate schedule."""

import keras

OPTIMIZERS = {
    "adamw": keras.optimizers.AdamW,
    "adam": keras.optimizers.Adam,
    "sgd": keras.optimizers.SGD,
}


def make_optimizer(config, *, epoch_batches) -> keras.optimizers.Optimizer:
    """Make the optimiser of phase 2.

    Args:
        config: `TrainConfig`.
        epoch_batches: batches of one epoch.

    Returns:
        A Keras optimiser, not built.
    """
    decay = {"weight_decay": config.weight_decay} if config.optimizer == "adamw" else {}
    return OPTIMIZERS[config.optimizer](
        _schedule(config, epoch_batches), global_clipnorm=config.clip_norm or None, **decay
    )


def _schedule(config, epoch_batches):
    if config.schedule == "constant":
        return config.learning_rate
    if config.schedule == "exponential":
        return keras.optimizers.schedules.ExponentialDecay(
            config.learning_rate, decay_steps=epoch_batches, decay_rate=config.decay_rate
        )
    steps = epoch_batches * config.epochs
    warmup = min(config.warmup_batches, steps // 10)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=config.learning_rate / 100,
        warmup_target=config.learning_rate,
        warmup_steps=warmup,
        decay_steps=max(steps - warmup, 1),
    )
