"""Every knob of training, each with its reason."""

import dataclasses

from detector.errors import ConfigError


@dataclasses.dataclass(frozen=True)
class TrainConfig:
    """How a network is trained; the defaults are those of the shipped weights."""

    # What the network sees
    architecture: str = "mobilenet_v2"  # 2.26 M parameters: 9 MB, and milliseconds on a CPU
    input_size: int = 128  # pixels; a face of the data set is 110-180 px wide, margin included
    margin: float = 1.25  # crop side over face side: the blending seam is inside, and 95 % of the
    #                      crops fit their picture, so that its edge does not tell the label
    corrupt_share: float = 0.85  # of training pictures that get train.corruptions; Test is degraded
    tight_share: float = 0.15  # of training pictures that are cut close to the face or into it; a
    #                            network that never saw such framing calls it fake

    # Phase 1: the head alone, so that its first large gradients do not wreck the backbone
    head_batches: int = 100
    head_learning_rate: float = 1e-2

    # Phase 2: everything
    epochs: int = 11
    learning_rate: float = 1e-3  # peak; AdamW
    warmup_batches: int = 200
    weight_decay: float = 4e-3
    batch_size: int = 32
    dropout: float = 0.2
    batch_norm_momentum: float = 0.99  # Keras' 0.999 lags behind in runs of a few epochs

    seed: int = 2024

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, field.type) or isinstance(value, bool):
                raise ConfigError(
                    f"{field.name} must be of type {field.type.__name__}. Received: {value!r}."
                )

    def replace(self, **changes):
        """Return a copy with some fields changed.

        Raises:
            ConfigError: a field does not exist or a value has the wrong type.
        """
        allowed = [field.name for field in dataclasses.fields(self)]
        unknown = sorted(set(changes) - set(allowed))
        if unknown:
            raise ConfigError(
                f"Unknown setting: {', '.join(unknown)}. Allowed: {', '.join(allowed)}."
            )
        return dataclasses.replace(self, **changes)
