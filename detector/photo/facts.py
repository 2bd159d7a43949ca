"""What a file says of itself: format, camera, generator, provenance; never where it was taken.

These are claims of the file, easily removed or forged. They stand beside the verdict and never
enter it.
"""

import dataclasses
import io
import json
import warnings

from PIL import ExifTags

from .file import open_image
from .pixels import read_exif

# Keys that known generators write as text into PNG (and some into EXIF or WebP comments).
GENERATOR_KEYS = {
    "parameters": "Stable Diffusion web UI",
    "prompt": "ComfyUI",
    "workflow": "ComfyUI",
    "invokeai_metadata": "InvokeAI",
    "sd-metadata": "InvokeAI",
    "dream": "InvokeAI",
    "fooocus_scheme": "Fooocus",
}
GENERATOR_NAMES = ("NovelAI", "Midjourney", "DALL", "Adobe Firefly", "Imagen", "Stable Diffusion")
MAX_LENGTH = 80  # characters of a text that a file brings
# Nothing is asked of the network, and nobody's trust list is consulted.
C2PA_SETTINGS = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": False}
}
GENERATED = "trainedAlgorithmicMedia"  # IPTC digital source type of what a model made


@dataclasses.dataclass(frozen=True)
class Facts:
    """What the file says.

    Attributes:
        format: "JPEG", "PNG" ...
        width: in pixels, as stored (before any rotation) ...
        height: likewise.
        bytes: of the file.
        camera: maker and model from EXIF, or None.
        software: from EXIF or PNG text, or None.
        generator: a known generator that left its name, or None.
        has_c2pa: whether a C2PA manifest ("content credentials") is in the file.
        c2pa_producer: who made the manifest, as it says, or None.
        c2pa_says_generated: whether the manifest says that a model made the picture.
    """

    format: str
    width: int
    height: int
    bytes: int
    camera: str | None
    software: str | None
    generator: str | None
    has_c2pa: bool
    c2pa_producer: str | None
    c2pa_says_generated: bool


def read_facts(data: bytes) -> Facts:
    """Read the facts of a file; positions (GPS) are not looked at.

    Args:
        data: content of a file that `detector.photo.load_photo` accepts.

    Returns:
        `Facts`.

    Raises:
        PhotoError: reading takes more than such a file is worth.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, on damaged metadata
        with open_image(data) as image:
            exif, texts = read_exif(image), dict(image.info)
            name, mime, (width, height) = image.format, image.get_format_mimetype(), image.size
    maker, model, software = (
        _clean(exif.get(tag))
        for tag in (ExifTags.Base.Make, ExifTags.Base.Model, ExifTags.Base.Software)
    )
    if model and maker and model.lower().startswith(maker.lower()):
        maker = None  # "Canon Canon EOS R5"
    software = software or _clean(texts.get("Software"))
    producer, is_generated, has_c2pa = _read_c2pa(data, mime)
    return Facts(
        format=str(name),
        width=width,
        height=height,
        bytes=len(data),
        camera=" ".join(filter(None, (maker, model))) or None,
        software=software,
        generator=_find_generator(texts, software),
        has_c2pa=has_c2pa,
        c2pa_producer=producer,
        c2pa_says_generated=is_generated,
    )


def _clean(value):
    if not isinstance(value, str):
        return None
    printable = "".join(letter for letter in value if letter.isprintable())
    return printable.strip()[:MAX_LENGTH] or None


def _find_generator(texts, software):
    for key, name in GENERATOR_KEYS.items():
        if isinstance(texts.get(key), str):
            return name
    named = " ".join(filter(None, (software, _clean(texts.get("Source")))))
    return next((name for name in GENERATOR_NAMES if name.lower() in named.lower()), None)


def _read_c2pa(data, mime):
    """Who made the manifest, whether it says "generated", and whether there is one at all."""
    import c2pa  # 90 ms and 50 MB that a verdict does without

    context = c2pa.Context.from_dict(C2PA_SETTINGS)
    try:
        with c2pa.Reader(mime, io.BytesIO(data), context=context) as reader:
            manifest = reader.get_active_manifest() or {}
    except c2pa.C2paError.ManifestNotFound:
        return None, False, False
    except c2pa.C2paError as error:
        # A manifest kept elsewhere, or one that does not hold together, is a manifest.
        is_there = isinstance(error, c2pa.C2paError.RemoteManifest) or b"c2pa" in data
        return None, False, is_there
    claimed = manifest.get("claim_generator_info") or [{}]
    producer = _clean(claimed[0].get("name")) or _clean(manifest.get("claim_generator"))
    return producer, GENERATED in json.dumps(manifest.get("assertions", [])), True
