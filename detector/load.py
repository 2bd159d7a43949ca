"""The detector that serves: with the embedded weights, a folder's, or those of the Hub."""

from . import config
from .config import HUB_REPO, HUB_REVISION, REQUIRE_HUB, WEIGHTS_DIR
from .pipeline import Detector
from .weights import load_weights


def load_detector(weights_dir=None, *, wait=False) -> Detector:
    """Load the detector: weights are verified, and a self-test is run, before they may serve.

    With `DETECTOR_REPO` set, the embedded weights serve at once and those of the Hub from when
    they have been fetched and verified (`detector.refresh`). With `DETECTOR_REQUIRE_HUB=1`
    nothing serves but those.

    Args:
        weights_dir: folder of the weights, and then the Hub is not asked; default is
            `DETECTOR_WEIGHTS` or the embedded ones.
        wait: return only when the Hub's weights serve or have failed to come.

    Returns:
        `Detector`.

    Raises:
        WeightsError: the weights are missing, damaged or do not belong together.
        HubError: with `DETECTOR_REQUIRE_HUB=1`, the same of those of the Hub.
        ConfigError: an environment variable has a value that is not allowed.
    """
    config.check()
    if weights_dir is not None or not HUB_REPO:
        return Detector(load_weights(weights_dir or WEIGHTS_DIR))
    # What asks the Hub is imported where it is asked: that takes longer than to judge a photo.
    if REQUIRE_HUB:
        from .weights.hub import fetch_weights

        return Detector(fetch_weights(HUB_REPO, HUB_REVISION))
    from .refresh import Refresh

    detector = Detector(load_weights(WEIGHTS_DIR))
    refresh = Refresh(detector, repo=HUB_REPO, revision=HUB_REVISION)
    if wait:
        refresh.try_once()
    else:
        refresh.start()
    return detector
