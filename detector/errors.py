"""Every exception of the project."""


class DetectorError(Exception):
    """Base class: its message can be shown to the person who sent the photo or runs the app."""


class PhotoError(DetectorError):
    """The photo cannot be judged: not a picture, damaged, too small or too large.

    Attributes:
        code: why, for scripts: "wrong_type", "file_unreadable", "empty", "not_a_photo", "raw_file",
            "damaged", "too_many_bytes", "too_many_pixels" or "too_small"; of an archive
            "bad_archive" or "too_many_files"; of an address see `AddressError`;
            "too_many_requests" where this client has to wait.
    """

    def __init__(self, message: str, *, code: str = "damaged") -> None:
        super().__init__(message)
        self.code = code


class ClipError(PhotoError):
    """The clip cannot be judged.

    Attributes:
        code: why, for scripts: "wrong_type", "file_unreadable", "empty", "not_a_video",
            "no_picture_track", "damaged", "codec_not_supported", "too_many_bytes", "too_long",
            "too_many_pixels" or "too_small"; at the page "no_files" and, where too many wait,
            "busy".
    """


class AddressError(PhotoError):
    """No photo can be fetched from a web address.

    Attributes:
        code: "address_invalid", "address_private", "address_unreachable", "address_too_slow".
    """


class MethodError(DetectorError):
    """A heatmap of another method cannot be made of the weights that serve."""


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
