"""The endpoints for scripts, such as `/predict`; `docs/api.md` tells how.

They hang on components that nobody sees, so that the page can change and scripts go on working.
"""

import contextlib

import gradio as gr

from detector import Detector
from detector.errors import MethodError, PhotoError
from detector.explainers import METHODS, explain_more
from detector.heatmap import close_up, draw_boxes, reframe
from detector.report import to_json, to_sentence
from detector.video import draw_worst
from detector.video import to_json as clip_json
from detector.video import to_sentence as clip_sentence

from . import batch
from .clip import PLACES, watch_in_turn
from .inputs import as_gradio_error, draw_method, keep_file, keep_path, keep_paths
from .pictures import save_jpeg
from .server.guard import places
from .server.rate_limit import count_photo
from .uploads import list_photos

SHOWN_SIDE = 1024  # pixels, longer side of a picture with numbered faces


def build_endpoints(detector: Detector) -> None:
    """Build the endpoints inside a `gr.Blocks`.

    Args:
        detector: `detector.Detector`.
    """

    def predict(photo: str, is_face_crop: bool = False):
        """Tell whether a face photo is real or a deepfake.

        Args:
            photo: the image file; JPEG, PNG, WebP, AVIF, HEIC, GIF, BMP or TIFF.
            is_face_crop: the photo was cut around one face: judge its central face alone.

        Returns:
            P(Real) and P(Fake); a sentence; the photo with heatmap; the photo with a numbered box
            around each face, if there are several; the whole result as JSON.
        """
        photo, verdict = judge(photo, is_face_crop)
        fake = verdict.fake_probability
        heatmap = close_up(photo, verdict.crops)
        numbered = None
        if len(verdict.faces) > 1:
            whole = reframe(photo, verdict.crops, max_side=SHOWN_SIDE)
            numbered = save_jpeg(draw_boxes(*whole), "faces.jpg")
        return (
            {"Real": 1.0 - fake, "Fake": fake},
            to_sentence(verdict),
            save_jpeg(heatmap, "heatmap.jpg"),
            numbered,
            to_json(verdict),
        )

    def predict_batch(photos: list, is_face_crop: bool = False):
        """Tell of up to 50 face photos, or of a zip of them, which are real and which are fake.

        One photo that cannot be judged does not stop the others: it gets an error with a code.

        Args:
            photos: the image files, or zip archives of them.
            is_face_crop: each photo was cut around one face: judge its central face alone.

        Returns:
            One entry per photo, in order, with its result or its error; and how many there are
            of each verdict.
        """
        try:
            listed = list_photos(photos)
        except PhotoError as error:
            raise as_gradio_error(error, title=error.code) from error
        return batch.to_result(
            [batch.judge(detector, name, read, is_face_crop=is_face_crop) for name, read in listed]
        )

    def predict_video(clip: str):
        """Tell whether a face in a clip looks manipulated, when, and how sure that is.

        The picture is judged, frame by frame; voice and lip movement are not checked.

        Args:
            clip: the video file; MP4, MOV, WebM, MKV or AVI, up to 5 minutes and 100 MB.

        Returns:
            A sentence; the most suspicious frame of each face, with heatmap; the whole result as
            JSON.
        """
        watching = watch_in_turn(detector, clip)
        with contextlib.closing(watching):
            try:
                while True:
                    next(watching)
            except StopIteration as end:
                verdict = end.value
            except PhotoError as error:
                raise as_gradio_error(error, title=error.code) from error
        worst = [
            (save_jpeg(draw_worst(appearance), f"{number}.jpg"), f"face {number}")
            for number, appearance in enumerate(verdict.appearances, start=1)
        ]
        return clip_sentence(verdict), worst, clip_json(verdict)

    def explain(photo: str, is_face_crop: bool = False, face: float = 1):
        """Show by four methods which places of a face the verdict rests on; takes seconds.

        Heatmaps show where the model looked, not what was edited.

        Args:
            photo: the image file.
            is_face_crop: the photo was cut around one face: judge its central face alone.
            face: number of the face, from 1, largest first, as in `/predict`.

        Returns:
            A picture per method (Grad-CAM, Grad-CAM++, Score-CAM, SmoothGrad) with its name; and
            the result of `/predict` as JSON.
        """
        photo, verdict = judge(photo, is_face_crop)
        if face not in range(1, len(verdict.crops) + 1):
            raise as_gradio_error(
                f"face must be a whole number from 1 to {len(verdict.crops)}. Received: {face}.",
                title="no_such_face",
            )
        crop = verdict.crops[int(face) - 1]
        try:
            heatmaps = list(explain_more(detector.weights, photo, crop))
        except MethodError as error:
            raise as_gradio_error(error, title="no_methods") from error
        # Written when nothing can fail any more: Gradio deletes what it has been given, no more.
        pictures = [
            (save_jpeg(draw_method(photo, crop, heatmap), f"{method}.jpg"), method)
            for method, heatmap in heatmaps
        ]
        return pictures, to_json(verdict)

    def judge(path, is_face_crop):
        if path is None:
            raise as_gradio_error("No photo came. Send one as `photo`.", title="no_files")
        try:
            count_photo()
            return detector.judge(path, is_face_crop=is_face_crop)
        except PhotoError as error:
            raise as_gradio_error(error, title=error.code) from error

    with gr.Group(visible=False):
        photo = keep_path(gr.Image(label="photo", type="filepath", image_mode=None))
        photos = keep_paths(gr.File(label="photos", file_count="multiple"))
        is_face_crop = gr.Checkbox(label="is_face_crop")
        clip = keep_file(gr.File(label="clip"))
        face = gr.Number(1, label="face", precision=0)
        label = gr.Label(label="label")
        sentence = gr.Textbox(label="sentence")
        heatmap = gr.Image(label="heatmap", format="jpeg")
        numbered = gr.Image(label="numbered faces", format="jpeg")
        methods = gr.Gallery(label=", ".join(METHODS), format="jpeg")
        worst = gr.Gallery(label="worst frames", format="jpeg")
        result = gr.JSON(label="result")
        trigger = gr.Button()
    trigger.click(
        predict,
        [photo, is_face_crop],
        [label, sentence, heatmap, numbered, result],
        api_name="predict",
        **places("judge"),
    )
    trigger.click(
        predict_batch, [photos, is_face_crop], result, api_name="predict_batch", **places("batch")
    )
    trigger.click(
        predict_video, clip, [sentence, worst, result], api_name="predict_video", **PLACES
    )
    trigger.click(
        explain,
        [photo, is_face_crop, face],
        [methods, result],
        api_name="explain",
        **places("explain"),
    )
