"""The Space: which files it gets, and how it is created or updated."""

import shutil
import tempfile
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

from detector.errors import HubError
from detector.weights import load_weights

from .push import explain_refusal, require_token

ROOT = Path(__file__).resolve().parents[2]
NEEDED = (
    *("README.md", "LICENSE", "app.py", "requirements.txt"),
    *("detector/**/*.py", "page/**/*.py", "page/page.*", "weights/*"),
)
WELCOME = (
    "PRIVACY.md",
    "SECURITY.md",
    "docs/*.md",  # to which README leads
    "docs/*.png",
    "docs/evaluation/test/*.png",
    "examples/*.jpg",
    "examples/*.md",
)  # where they exist


def lay_out(folder, *, root=ROOT) -> list:
    """Copy what the Space needs, and nothing of training and tests.

    Args:
        folder: gets the files; must be empty or not exist.
        root: of the repository.

    Returns:
        The paths in the Space, sorted.

    Raises:
        HubError: a file that the Space needs is missing.
        WeightsError: the weights may not serve.
    """
    root, folder = Path(root), Path(folder)
    load_weights(root / "weights")
    found = {pattern: sorted(root.glob(pattern)) for pattern in NEEDED + WELCOME}
    missing = [pattern for pattern in NEEDED if not found[pattern]]
    if missing:
        raise HubError(f"The Space needs {', '.join(missing)}, not found in {root}.")
    if folder.exists() and any(folder.iterdir()):
        raise HubError(f"{folder} is not empty. Delete it, or pass another --output.")
    names = []
    for path in (path for paths in found.values() for path in paths if path.is_file()):
        place = folder / path.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
        names.append(path.relative_to(root).as_posix())
    return sorted(names)


def list_files() -> str:
    """What a Space would get: names and sizes in bytes, as lines of text; see `lay_out`."""
    with tempfile.TemporaryDirectory() as folder:
        sizes = {name: (Path(folder) / name).stat().st_size for name in lay_out(folder)}
    lines = [f"  {name:44}{size:>12,} B" for name, size in sizes.items()]
    return "\n".join([*lines, f"{len(sizes)} files, {sum(sizes.values()):,} B"])


def deploy(
    repo, *, weights_repo=None, weights_revision=None, weights_token=None, is_private=False
) -> str:
    """Create or update a Space, in one commit; files that it does not need go.

    Args:
        repo: "USER/SPACE".
        weights_repo: "USER/NAME" of the weights it shall fetch; default: as it is.
        weights_revision: their tag, commit or branch; default: as it is.
        weights_token: secret with which it may read a private `weights_repo`.
        is_private: of a Space that is created.

    Returns:
        What was done, in a sentence.

    Raises:
        HubError: no token, no permission, or the Hub did not answer.
    """
    require_token()
    api = HfApi()
    variables = {"DETECTOR_REPO": weights_repo, "DETECTOR_REVISION": weights_revision}
    with tempfile.TemporaryDirectory() as folder:
        names = lay_out(folder)
        try:
            api.create_repo(
                repo,
                repo_type="space",
                space_sdk="gradio",
                private=is_private or None,
                exist_ok=True,
            )
            # Before the files, so that the first start has them.
            for key, value in variables.items():
                if value:
                    api.add_space_variable(repo, key, value)
            if weights_token:
                api.add_space_secret(repo, "HF_TOKEN", weights_token)
            there = api.list_repo_files(repo, repo_type="space")
            gone = sorted(set(there) - set(names) - {".gitattributes"})
            commit = api.create_commit(
                repo,
                [CommitOperationAdd(name, str(Path(folder) / name)) for name in names]
                + [CommitOperationDelete(name) for name in gone],
                commit_message=f"Deploy {len(names)} files",
                repo_type="space",
            )
        except Exception as error:  # of huggingface_hub and its HTTP library
            raise explain_refusal(error, repo) from error
    return f"{repo} has {len(names)} files, commit {commit.oid}; {len(gone)} others were deleted."
