"""The page and its API: drop a photo, get Real or Fake, a confidence and a heatmap."""

import os
import sys

from detector import Detector, config, load_detector
from detector.errors import DetectorError
from page.server import start

try:
    start.spare_own_address()
    start.check_proxy()
    start.check_folder()
except DetectorError as error:
    sys.exit(f"The app does not start: {error}")

import gradio as gr
from starlette.middleware import Middleware

from detector.limits import MAX_ADDRESS, MAX_UPLOAD
from page import examples
from page.clip import build_clip
from page.endpoints import build_endpoints
from page.judge import Document, build_routes
from page.look import launch_options
from page.many import build_many
from page.server import cleaning
from page.server.guard import MAX_AT_ONCE, MAX_SESSIONS, MAX_WAITING, Guard, guard_addresses
from page.single import build_single
from page.texts import LANGUAGES, Texts
from page.texts.words import weights_line

# A Space can be reached through its proxies alone, which are in networks like these.
PROXIES_OF_SPACES = "127.0.0.1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"


def build_demo(detector: Detector) -> gr.Blocks:
    """Build the page, once per language, and the endpoints.

    Args:
        detector: `detector.Detector`.

    Returns:
        `gr.Blocks`: English at "/", other languages at "/de" and so on.
    """
    first, *others = LANGUAGES.values()
    with gr.Blocks(
        title=first["title"],
        analytics_enabled=False,
        delete_cache=(cleaning.EVERY, cleaning.AGE),
    ) as demo:
        build_page(demo, detector, first)
        build_endpoints(detector)
    for texts in others:
        with demo.route(texts["language_name"], f"/{texts['language']}"):
            build_page(demo, detector, texts)
    # After each event Gradio makes statistics of the last 10,000 anew, in 3 to 16 ms; nobody reads
    # them here.
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(sys.maxsize))
    return demo.queue(max_size=MAX_WAITING, default_concurrency_limit=MAX_AT_ONCE)


def build_page(demo: gr.Blocks, detector: Detector, texts: Texts) -> None:
    """Build what one language shows, inside `demo`."""

    def fill(request: gr.Request):
        # Other weights may have come since the server started. An address that came with the link
        # is filled in; to fetch it is left to the person. What no link asks for is left alone:
        # somebody may be typing already.
        crop, url = (request.query_params.get(name) for name in ("crop", "url"))
        return (
            weights_line(detector.weights.info, texts),
            examples.render_names(detector, texts),
            True if crop == "1" else gr.skip(),
            url[:MAX_ADDRESS] if url else gr.skip(),
            gr.Accordion(open=True) if url or crop else gr.skip(),
        )

    gr.Navbar(main_page_name=next(iter(LANGUAGES.values()))["language_name"])
    gr.Markdown(f"# {texts['title']}\n{texts['introduction']}")
    with gr.Tabs() as tabs:
        with gr.Tab(texts["tab_one"], id="one"):
            single = build_single(detector, texts)
        with gr.Tab(texts["tab_many"], id="many"):
            build_many(detector, texts, tabs=tabs, photo=single.photo)
        with gr.Tab(texts["tab_clip"], id="clip"):
            build_clip(detector, texts)
    served = gr.Markdown()
    demo.load(
        fill,
        outputs=[served, single.names, single.is_face_crop, single.address, single.ways],
        api_visibility="private",
        show_progress="hidden",
    )


def login_message() -> str | None:
    """What the login form says, in all languages; only where a frame would lose the login."""
    if not config.SPACE_HOST:
        return None
    address = f"https://{config.SPACE_HOST}"
    return " ".join(texts["login_in_frame"].format(address=address) for texts in LANGUAGES.values())


try:
    detector = load_detector()
    demo = build_demo(detector)
except DetectorError as error:
    sys.exit(f"The app does not start: {error}")


if __name__ == "__main__":
    if config.SPACE:
        # See `page.server.rate_limit`.
        os.environ.setdefault("FORWARDED_ALLOW_IPS", PROXIES_OF_SPACES)
    guard_addresses()
    cleaning.start(demo)
    demo.launch(
        auth=config.AUTH or None,
        auth_message=login_message(),
        app_kwargs={
            "middleware": [Middleware(Guard), Middleware(Document)],
            "routes": build_routes(detector),
        },
        ssr_mode=False,  # Node would answer in front of the guard
        enable_monitoring=False,
        show_error=True,
        max_file_size=MAX_UPLOAD,
        state_session_capacity=MAX_SESSIONS,
        run_history=False,
        footer_links=["api"],
        mcp_server=config.MCP,
        **launch_options(),
    )
