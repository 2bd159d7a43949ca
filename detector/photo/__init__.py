"""Any photo in, upright RGB out, within limits; and what its file says of itself."""

from .load import PhotoLike, load_frames, load_photo

__all__ = ["PhotoLike", "load_frames", "load_photo"]
