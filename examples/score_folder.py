"""Score every photo of a folder through a running page, and write the verdicts as CSV.

python examples/score_folder.py photos verdicts.csv --server http://127.0.0.1:7860
"""

import argparse
import csv
import sys
from pathlib import Path

from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from tqdm import tqdm

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".gif", ".bmp"}
SUFFIXES |= {".tif", ".tiff"}
COLUMNS = ("file", "label", "fake_probability", "confidence", "is_conclusive", "notes", "error")


def find_photos(folder: Path) -> list[Path]:
    """Paths of the photos in and below a folder, without hidden ones."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    )


def score(client, folder, path, *, is_face_crop) -> dict:
    """One line of the table; what is wrong with a photo becomes its `error`.

    Args:
        client: `gradio_client.Client`.
        folder: below which the photo lies.
        path: of the photo.
        is_face_crop: the photo was cut around one face.

    Returns:
        A dict with some of `COLUMNS`.
    """
    name = path.relative_to(folder).as_posix()
    try:
        *_, result = client.predict(handle_file(path), is_face_crop, api_name="/predict")
    except AppError as error:
        return {"file": name, "error": error.title}
    line = {name: result[name] for name in COLUMNS if name in result}
    return line | {"file": name, "notes": " ".join(result["notes"])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("table", type=Path, help="CSV file to write")
    parser.add_argument("--server", default="http://127.0.0.1:7860", help="or USER/SPACE")
    parser.add_argument("--face-crop", action="store_true", help="photos were cut around one face")
    options = parser.parse_args()
    paths = find_photos(options.folder)
    if not paths:
        sys.exit(f"{options.folder} holds no photo ({', '.join(sorted(SUFFIXES))}).")
    client = Client(options.server, verbose=False)
    with options.table.open("w", newline="", encoding="utf-8-sig") as file:  # for Excel
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for path in tqdm(paths, unit="photo"):
            writer.writerow(score(client, options.folder, path, is_face_crop=options.face_crop))
            file.flush()  # a killed run keeps what it has


if __name__ == "__main__":
    main()
