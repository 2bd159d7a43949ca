"""Every exception of the project."""


class DetectorError(Exception):
    """Base class: its message can be shown to the person who sent the photo or runs the app."""


class PhotoError(DetectorError):
    """The photo cannot be judged: not a picture, damaged, too small or too large."""


class WeightsError(DetectorError):
    """The weights are missing, damaged or do not belong together; nothing may be served."""


class HubError(DetectorError):
    """The Hugging Face Hub gave no weights that may serve, or did not take what was pushed."""


class HubUnreachableError(HubError):
    """The Hugging Face Hub did not answer, or not now; worth another try."""


class DataError(DetectorError):
    """The training data is missing, incomplete or not laid out as expected."""


class ConfigError(DetectorError):
    """A setting or an environment variable has a value that is not allowed."""
