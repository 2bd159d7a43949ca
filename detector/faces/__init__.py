"""Photo in, faces out: where they are and which way up, however small or turned."""

from .face import Face, central_face
from .search import FaceDetector

__all__ = ["Face", "FaceDetector", "central_face"]
