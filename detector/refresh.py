"""The embedded weights serve at once; those of the Hub take over when they have come."""

import dataclasses
import itertools
import logging
import threading
import time
from collections.abc import Sequence

from .errors import HubError, HubUnreachableError
from .pipeline import Detector

DELAY = 2.0  # seconds; the import and the fetch would slow the first verdict by a sixth of one
PAUSES = (30, 120, 600)  # seconds before the next try where the Hub does not answer; the last stays

logger = logging.getLogger(__name__)


class Refresh:
    """Gives a detector the weights of a Hub repository, when they have come and are verified.

    Whatever goes wrong, the detector keeps what it has, and says so in `weights.info.note`.

    Args:
        detector: `detector.Detector`, with weights that serve meanwhile.
        repo: see `detector.weights.hub.fetch_weights`.
        revision: likewise.
        delay: seconds before the first try in the background.
        pauses: seconds between tries; the last one stays.
    """

    def __init__(
        self,
        detector: Detector,
        *,
        repo: str,
        revision: str,
        delay: float = DELAY,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self.detector = detector
        self.repo = repo
        self.revision = revision
        self.delay = delay
        self.pauses = pauses

    def start(self) -> None:
        """Fetch in the background, again and again while the Hub does not answer."""
        source = self.detector.weights.info.source
        self._note(f"{self.repo} at {self.revision} is being fetched; the {source} weights serve.")
        threading.Thread(target=self._run, name="weights from the Hub", daemon=True).start()

    def try_once(self) -> bool:
        """Fetch, verify and swap in.

        Returns:
            Whether another try may help.
        """
        # Imported here, in the background: it takes longer than the rest of the start.
        from .weights.hub import fetch_weights

        try:
            weights = fetch_weights(self.repo, self.revision)
        except HubError as error:
            source = self.detector.weights.info.source
            if self._note(f"{error} The {source} weights serve."):
                logger.warning(self.detector.weights.info.note)
            return isinstance(error, HubUnreachableError)
        self.detector.weights = weights  # one assignment: a request sees the old or the new
        info = weights.info
        logger.info("%s at %s serves: commit %s.", info.repo, info.revision, info.commit)
        if info.note:
            logger.warning(info.note)
        return False

    def _run(self):
        last = itertools.repeat(self.pauses[-1])
        for pause in itertools.chain([self.delay], self.pauses, last):
            time.sleep(pause)
            if not self.try_once():
                return

    def _note(self, note):
        weights = self.detector.weights
        if weights.info.note == note:
            return False
        info = dataclasses.replace(weights.info, note=note)
        self.detector.weights = dataclasses.replace(weights, info=info)
        return True
