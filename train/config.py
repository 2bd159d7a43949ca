"""Every knob of training, each with its reason."""

import dataclasses

from detector.errors import ConfigError

# Settings that take one of a few words.
CHOICES = {
    "augmentation": ("jitter", "flip_rotate_zoom", "none"),
    "balance": ("none", "undersample"),
    "optimizer": ("adamw", "adam", "sgd"),
    "schedule": ("cosine", "exponential", "constant"),
    "monitor": ("auc", "loss"),
    "precision": ("float32", "mixed_float16", "mixed_bfloat16"),
}
SHARES = ("dropout", "batch_norm_momentum", "decay_rate", "plateau_factor")  # besides `..._share`
POSITIVE = ("input_size", "margin", "epochs", "batch_size", "learning_rate", "head_learning_rate")


@dataclasses.dataclass(frozen=True)
class TrainConfig:
    """How a network is trained; `detector.json` holds the values of the shipped weights."""

    # What the network sees
    architecture: str = "mobilenet_v2"  # 2.26 M parameters: 9 MB, and milliseconds on a CPU. Also
    #                                     efficientnet_lite0 (3.4 M), efficientnet_v2_b0 (5.9 M),
    #                                     resnet50_v2 (23.6 M), and the projects' own:
    #                                     mytechnotalent_1 to mytechnotalent_20, four_block_cnn,
    #                                     three_block_cnn, plain_cnn
    input_size: int = 160  # pixels; a face of the data set is 110-180 px wide, margin included
    margin: float = 1.25  # crop side over face side: the blending seam is inside, and 95 % of the
    #                      crops fit their picture, so that its edge does not tell the label. Far
    #                      larger than a picture (100), it gives the whole picture if that is square
    augmentation: str = "jitter"  # of position, scale and resolution, and flips: face boxes are a
    #                               little off; "flip_rotate_zoom" is the common recipe
    resave_share: float = 0.9  # of pictures drawn through data.resaves: scaled, edited, saved,
    #                            so that size, sharpness and format of a source tell nothing
    corrupt_share: float = 0.25  # of training pictures that get data.corruptions; Test is degraded
    validation_corrupt_share: float = 0.35  # the best epoch is the best on pictures like those
    tight_share: float = 0.15  # of training pictures that are cut close to the face or into it; a
    #                            network that never saw such framing calls it fake
    inner_share: float = 0.3  # of training pictures that show the inside of a face alone: a face
    #                            generated as a whole has no seam, and only its skin can tell
    blend_share: float = 0.2  # of fakes that are made of genuine pictures, each beside its original
    pool_weights: str = ""  # as dfdc=2,web-swaps=0.5: factors on the pools' shares of an epoch, for
    #                         pools that are harder, or easier, than the rest
    source_weights: str = ""  # as staff=0.3,ffhq=2: factors on the shares of sources within theirs
    leave_out: str = ""  # sources that are not shown, with commas: what an unseen origin comes to
    teacher: str = ""  # folder of weights whose answers to the same crops are learned, too
    teacher_share: float = 0.5  # of the target that is the teacher's; the rest is the label
    balance: str = "none"  # the classes of the data set are even; "undersample" drops the surplus
    pictures: int = 0  # of Train, and at most as many of Validation, for a quick test; 0 is all
    validation_pictures: int = 2000  # evenly by pool and label; more cost time in every epoch

    # Phase 1: the head alone, so that its first large gradients do not wreck the backbone
    head_batches: int = 100
    head_learning_rate: float = 1e-2

    # Phase 2: everything
    epochs: int = 11
    epoch_batches: int = 0  # at most that many an epoch, other pictures in each; 0 is all
    optimizer: str = "adamw"
    learning_rate: float = 1e-3  # the highest of the schedule
    schedule: str = "cosine"  # to 0 at the last epoch: no rate has to be guessed for the end
    decay_rate: float = 0.9  # of the exponential schedule, a factor per epoch
    warmup_batches: int = 200  # of the cosine schedule
    weight_decay: float = 4e-3  # of AdamW
    clip_norm: float = 0.0  # longest gradient of all weights together; 0 does not clip
    batch_size: int = 32
    dropout: float = 0.2  # before the logit, besides what a declared network has inside
    batch_norm_momentum: float = 0.99  # Keras' 0.999 lags behind in runs of a few epochs

    # Which epoch is kept, and when there is no point in going on
    monitor: str = "auc"  # on validation; loss also punishes an epoch that is right and too sure
    patience: int = 0  # epochs without a better one before training stops; 0 never stops
    plateau_patience: int = 0  # the same before the learning rate is reduced; 0 never reduces
    plateau_factor: float = 0.5  # of that reduction; only of a constant schedule
    plateau_min: float = 0.0  # the lowest learning rate that it reduces to
    minutes: float = 0.0  # no epoch is begun after that much training; 0 is no limit

    precision: str = "float32"  # mixed_float16 or mixed_bfloat16 where that is faster: on a GPU,
    #                             and with PyTorch on a processor that has AVX512-BF16 or AMX
    seed: int = 2024

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, field.type) or isinstance(value, bool):
                raise ConfigError(
                    f"{field.name} must be of type {field.type.__name__}. Received: {value!r}."
                )
            if error := _check_range(field.name, value):
                raise ConfigError(f"{field.name} must be {error}. Received: {value!r}.")
            if value not in CHOICES.get(field.name, (value,)):
                raise ConfigError(
                    f"{field.name} must be one of {', '.join(CHOICES[field.name])}. "
                    f"Received: {value!r}."
                )
        if self.plateau_patience and self.schedule != "constant":
            raise ConfigError(
                "plateau_patience reduces a constant learning rate: set schedule=constant, or "
                f"plateau_patience=0. Received: schedule={self.schedule!r}."
            )

        for name in ("pool_weights", "source_weights"):
            self.factors_of(name)  # reads the text, so that an error comes at once

    def factors_of(self, name) -> dict:
        """`pool_weights` or `source_weights` as a dict of numbers above 0.

        Raises:
            ConfigError: it has another form.
        """
        text = getattr(self, name)
        try:
            parts = [part.split("=") for part in text.split(",") if part.strip()]
            factors = {key.strip(): float(factor) for key, factor in parts}
        except ValueError:
            factors = {"": 0.0}
        if not all(0.0 < factor < float("inf") for factor in factors.values()):
            raise ConfigError(
                f"{name} must be of the form dfdc=2,web-swaps=0.5, with factors above 0. "
                f"Received: {text!r}."
            )
        return factors

    @property
    def takes_whole_pictures(self) -> bool:
        """Whether the margin is so large that a crop is the whole of a square picture."""
        return self.margin >= 10.0

    def replace(self, **changes) -> "TrainConfig":
        """Return a copy with some fields changed.

        Raises:
            ConfigError: a field does not exist or a value has the wrong type.
        """
        check_names(changes)
        return dataclasses.replace(self, **changes)


def _check_range(name, value):
    """What a number had to be, None if it is."""
    if isinstance(value, str):
        return None
    if name.endswith("_share") or name in SHARES:
        highest = 0.5 if name == "teacher_share" else 1.0  # above it no label could be told
        return None if 0.0 <= value <= highest else f"between 0 and {highest:g}"
    if name in POSITIVE:
        return None if value > 0 else "above 0"
    return None if value >= 0 else "0 or more"


def check_names(names) -> None:
    """Refuse names that are no field of `TrainConfig`.

    Raises:
        ConfigError: it lists those that are.
    """
    allowed = [field.name for field in dataclasses.fields(TrainConfig)]
    unknown = sorted(set(names) - set(allowed))
    if unknown:
        raise ConfigError(f"Unknown setting: {', '.join(unknown)}. Allowed: {', '.join(allowed)}.")


def typed(name, value):
    """Bring a value that stood in a text to the type of a setting.

    Args:
        name: a field of `TrainConfig`; of other names the value is returned as it is.
        value: str, or what YAML made of one: it reads 1e-4 as text and 1 as a whole number.

    Raises:
        ConfigError: it is not of that type.
    """
    kinds = {field.name: field.type for field in dataclasses.fields(TrainConfig)}
    try:
        return kinds[name](str(value)) if name in kinds else value
    except ValueError as error:
        raise ConfigError(
            f"{name} must be of type {kinds[name].__name__}. Received: {value!r}."
        ) from error
