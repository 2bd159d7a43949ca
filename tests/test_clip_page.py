"""The tab for a clip in a browser: dropped, judged, looked at frame by frame, and stopped."""

import subprocess
import time

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from detector.limits import MAX_CLIPS_WAITING
from detector.video import to_json
from page.texts import LANGUAGES
from page.texts.words import headline
from page.timeline import render_verdict, write_files
from testing.browser import CHROMIUM, drop, opened
from testing.clips import write_clip
from testing.server import ROOT, check_form

ENGLISH, GERMAN = LANGUAGES["en"], LANGUAGES["de"]
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Two people beside each other for two seconds, one of them altered."""
    with Image.open(ROOT / "examples" / "two-people.jpg") as picture:
        frame = picture.convert("RGB").resize((640, 640 * picture.height // picture.width // 2 * 2))
    path = tmp_path_factory.mktemp("clips") / "two.mp4"
    return write_clip(path, [frame] * 20, rate=10, options={"crf": "16"})


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory, clip):
    """Half a minute of them: long enough to be stopped."""
    with Image.open(ROOT / "examples" / "two-people.jpg") as picture:
        frame = picture.convert("RGB").resize((1280, 720))
    path = tmp_path_factory.mktemp("clips") / "long.mp4"
    return write_clip(path, [frame] * 60, rate=2, options={"preset": "ultrafast"})


@pytest.fixture(scope="module")
def verdict(clip, detector):
    return detector.predict_video(clip)


def judge(page, path, texts=ENGLISH):
    """Drop a clip and have it judged; the answer's element, when all of it is there."""
    page.get_by_role("tab", name=texts["tab_clip"]).click()
    drop(page, path, place=".clip-input", kind="video/mp4")
    page.locator(".clip-input .file-preview").wait_for()
    page.get_by_role("button", name=texts["clip_judge"]).click()
    answer = page.locator("article.watched")
    answer.wait_for(timeout=120_000)
    return answer


def children():
    """How many processes decode a clip on this machine."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    return sum("video/child.py" in line for line in listed.splitlines())


def wait_for_no_children():
    deadline = time.monotonic() + 30
    while children() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert children() == 0


@in_browser
def test_a_dropped_clip_gets_a_sentence_a_timeline_and_the_worst_frames(
    browser, url, verdict, clip
):
    with opened(browser, url) as page:
        answer = judge(page, clip)
        said = answer.inner_text()
        assert headline(verdict, ENGLISH) in said and ENGLISH["clip_unchecked"] in said
        clip_facts = verdict.clip
        assert f"{clip_facts.frames_judged} of {clip_facts.frames} frames" in said
        assert answer.locator(".lane").count() == len(verdict.appearances) == 2
        assert answer.locator(".worst img").count() == 2
        columns = sum(len(one.samples) for one in verdict.appearances)
        assert answer.locator(".track i").count() == columns

        shown = answer.locator("figure.moment:visible")
        assert shown.count() == 1
        slider = answer.get_by_role("slider", name=ENGLISH["clip_moment"])
        slider.focus()
        page.keyboard.press("Home")  # a mouse is not needed
        assert shown.locator("figcaption").inner_text().startswith("0:00.0")
        assert slider.get_attribute("aria-valuetext").startswith("0:00.0")
        track = answer.locator(".track").first
        box = track.bounding_box()
        page.mouse.click(box["x"] + box["width"] - 2, box["y"] + 4)
        assert shown.locator("figcaption").inner_text().startswith("0:01.9")
        answer.locator(".worst").nth(1).click()
        assert "face 2" in shown.locator("figcaption").inner_text()
        for picture in shown.locator("img").all():
            assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 50
        heat = shown.locator("img.heat").first
        assert heat.is_visible()
        answer.get_by_role("button", name=ENGLISH["heatmap"]).click()
        assert not heat.is_visible()
        with page.expect_download() as waiting:
            page.locator("a[download='clip.csv']").click()
        assert len(waiting.value.path().read_text().splitlines()) == columns + 1


@in_browser
@pytest.mark.parametrize("is_stopped", [True, False], ids=["stops", "leaves"])
def test_who_stops_or_leaves_ends_the_process_that_decodes(browser, url, long_clip, is_stopped):
    with opened(browser, url) as page:
        page.get_by_role("tab", name=ENGLISH["tab_clip"]).click()
        drop(page, long_clip, place=".clip-input", kind="video/mp4")
        page.locator(".clip-input .file-preview").wait_for()
        page.get_by_role("button", name=ENGLISH["clip_judge"]).click()
        page.get_by_text("of 32").first.wait_for()  # frame 1 of 32
        assert children() == 1
        if is_stopped:
            page.get_by_role("button", name=ENGLISH["clip_stop"]).click()
            page.get_by_text(ENGLISH["clip_stopped"]).wait_for()
            page.locator(".watched.empty").wait_for()
            wait_for_no_children()
            page.wait_for_timeout(1000)
            assert page.locator("article.watched").count() == 0  # and nothing comes afterwards
    wait_for_no_children()


@in_browser
def test_what_is_no_clip_says_why_in_the_visitors_language(browser, url, tmp_path):
    (tmp_path / "bad.mp4").write_bytes(b"not a clip")
    with opened(browser, f"{url}/de") as page:
        page.get_by_role("tab", name=GERMAN["tab_clip"]).click()
        drop(page, tmp_path / "bad.mp4", place=".clip-input", kind="video/mp4")
        page.locator(".clip-input .file-preview").wait_for()
        page.get_by_role("button", name=GERMAN["clip_judge"]).click()
        page.get_by_text(GERMAN["clip_errors"]["not_a_video"]).wait_for()
        page.locator(".watched.empty").wait_for()


@in_browser
def test_on_a_phone_nothing_of_a_clips_answer_is_cut_off(browser, url, clip):
    with opened(browser, f"{url}/de", width=360, height=740, locale="de-DE") as page:
        answer = judge(page, clip, GERMAN)
        assert GERMAN["clip_unchecked"] in answer.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") == 360


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_answer_to_a_clip(browser, url, clip, scheme):
    from axe_playwright_python.sync_playwright import Axe

    with opened(browser, url, color_scheme=scheme) as page:
        judge(page, clip)
        page.mouse.move(0, 0)
        page.wait_for_timeout(500)  # colours fade in; half faded they are too pale
        violations = Axe().run(page).response["violations"]
        found = [v for v in violations if v["impact"] in ("serious", "critical")]
        assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found] == []


def test_a_script_gets_sentence_worst_frames_and_result(url, clip, verdict, tmp_path):
    client = Client(url, verbose=False)
    sentence, worst, result = client.predict(handle_file(clip), api_name="/predict_video")
    check_form(result, form="video_result")
    expected = to_json(verdict)
    assert result["label"] == expected["label"] and len(worst) == len(result["appearances"]) == 2
    assert "frames were looked at" in sentence
    with Image.open(worst[0]["image"]) as picture:
        assert picture.width == 640
    (tmp_path / "bad.mp4").write_bytes(b"not a clip")
    with pytest.raises(AppError) as caught:
        client.predict(handle_file(tmp_path / "bad.mp4"), api_name="/predict_video")
    assert caught.value.title == "not_a_video"


def test_ten_may_wait_and_an_eleventh_is_told_to_come_back(url, clip, long_clip):
    """One clip is judged at a time; nobody who was let in is forgotten."""
    clients = [Client(url, verbose=False) for _ in range(MAX_CLIPS_WAITING + 2)]
    first = clients[0].submit(handle_file(long_clip), api_name="/predict_video")
    deadline = time.monotonic() + 30
    while not children() and time.monotonic() < deadline:
        time.sleep(0.1)
    others = [c.submit(handle_file(clip), api_name="/predict_video") for c in clients[1:]]
    refused = []
    for job in (first, *others):
        try:
            _, _, result = job.result(timeout=120)
        except AppError as error:
            refused.append(error.title)
        else:
            check_form(result, form="video_result")
            assert len(result["appearances"]) == 2
    assert refused == ["busy"]


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_an_answer_is_said_in_every_language(verdict, texts, tmp_path):
    shown = render_verdict(verdict, texts)
    assert headline(verdict, texts) in shown and texts["clip_unchecked"] in shown
    assert len(shown) < 3_000_000  # bytes that are sent at once
    lines = write_files(verdict, tmp_path)
    assert len(lines) == 2
