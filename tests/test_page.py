"""The page works in a browser: what a person drops on it gets an answer that can be understood."""

import contextlib
import functools
import http.server
import json
import threading
import urllib.parse
import zipfile

import numpy as np
import pytest
from PIL import Image

from detector.resend import check_resend
from page.examples import EXAMPLES
from page.texts import LANGUAGES
from page.texts.words import percent, strength_of
from testing.browser import CHROMIUM, drop, opened, wait_for_answer
from testing.server import ROOT, serve

EXAMPLE = ROOT / "examples" / "admiral.jpg"
ENGLISH, GERMAN = LANGUAGES["en"], LANGUAGES["de"]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture
def other_site(url, tmp_path):
    """The address of another site that shows the page in a frame."""
    (tmp_path / "index.html").write_text(f'<iframe src="{url}" width="1100" height="850"></iframe>')
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("localhost", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()


def test_the_page_works_in_a_frame_of_another_site(browser, other_site):
    """Link sharing is what a Space is for; the frame stayed empty."""
    with contextlib.closing(browser.new_page()) as page:
        page.goto(other_site)
        frame = page.frame_locator("iframe")
        frame.locator(".photo-input input[type=file]").set_input_files(EXAMPLE)
        said = frame.locator(".answer .headline").inner_text(timeout=60_000)
    assert said == ENGLISH["headlines"]["none"]


def test_behind_a_dead_proxy_the_page_starts_and_answers(browser):
    with (
        serve(HTTP_PROXY="http://127.0.0.1:9", HTTPS_PROXY="http://127.0.0.1:9") as url,
        opened(browser, url) as page,
    ):
        drop(page, EXAMPLE)
        assert ENGLISH["headlines"]["none"] in wait_for_answer(page).inner_text()


@pytest.fixture
def page(browser, url):
    with opened(browser, url) as page:
        yield page


def open_many(page, paths):
    page.get_by_role("tab", name=ENGLISH["tab_many"]).click()
    page.locator(".many-input input[type=file]").set_input_files(paths)
    page.locator(".many-input .file-preview tr").nth(len(paths) - 1).wait_for()


def test_before_there_is_a_photo_the_page_shows_what_to_do_and_no_more(browser, url):
    """Buttons that do nothing yet, and empty tables, are the first thing a visitor would meet."""
    for width, height in ((1280, 720), (390, 844)):
        with opened(browser, url, width=width, height=height) as page:
            page.locator(".example-names li").nth(3).wait_for()
            page.locator(".gallery-item img").nth(3).wait_for()
            page.wait_for_load_state("networkidle")
            for text in (ENGLISH["more"], ENGLISH["keep"], ENGLISH["as_json"]):
                assert not page.get_by_text(text).first.is_visible()
            last = page.locator(".gallery-item").last.bounding_box()
            assert last["y"] + last["height"] <= height  # title, photo and examples in sight


def test_a_dropped_photo_gets_verdict_confidence_and_limit(page, detector):
    drop(page, EXAMPLE)
    verdict = detector.predict(EXAMPLE)
    said = wait_for_answer(page).inner_text()
    assert ENGLISH["headlines"]["none"] in said and ENGLISH["limit_of"]["none"] in said
    assert percent(verdict.confidence, ENGLISH) in said and "100%" not in said
    assert ENGLISH["limits"] not in said  # the rest waits behind a question
    page.get_by_text(ENGLISH["what_means"]).click()
    said = page.locator(".answer details").inner_text()
    assert ENGLISH["limits"] in said and ENGLISH["heatmap_caption"] in said
    for picture in page.locator(".answer .stack img").all():
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    alt = page.locator("figure.face img").first.get_attribute("alt")
    assert ENGLISH["headlines"]["none"] in alt and "spoke most" in alt


def test_walk_is_this_profile_photo_generated(browser, url, detector):
    """By the keyboard: to the place for a photo, then to the heatmap and the limits."""
    photo = EXAMPLES[1][0]
    verdict = detector.predict(photo)
    with opened(browser, url, width=390, height=844) as page:

        def tab_to(selector):
            for _ in range(40):
                page.keyboard.press("Tab")
                if page.locator(":focus").and_(page.locator(selector)).count():
                    # What has the focus shows it.
                    style = "node => getComputedStyle(node).outlineStyle"
                    assert page.locator(selector).evaluate(style) != "none", selector
                    return
            raise AssertionError(f"{selector} is not in reach of the tab key")

        page.locator(".gallery-item img").nth(len(EXAMPLES) - 1).wait_for()
        page.wait_for_load_state("networkidle")  # what is drawn anew would lose the focus
        tab_to(".photo-input button[aria-dropeffect]")
        page.locator(".photo-input input[type=file]").set_input_files(photo)
        said = wait_for_answer(page).inner_text()
        assert ENGLISH["headlines"][strength_of(verdict)] in said
        assert percent(verdict.confidence, ENGLISH) in said
        headline = page.locator(".answer .headline").bounding_box()
        assert 0 <= headline["y"] < 400  # scrolled to, below the photo
        heat = page.locator("figure.face img.heat")
        assert heat.is_visible() == (verdict.label == "Fake")
        tab_to(".answer .switch")
        page.keyboard.press("Space")
        assert heat.is_visible() != (verdict.label == "Fake")
        tab_to(".answer summary")
        page.keyboard.press("Enter")
        assert page.get_by_text(ENGLISH["limits"]).is_visible()


def test_a_large_photo_on_a_slow_line_shows_that_it_is_sent(browser, url, tmp_path):
    """Ten megabytes of a phone's camera at 4 MB a second; else nothing seems to happen."""
    noise = np.random.default_rng(0).integers(0, 256, (1600, 2200, 3), np.uint8)
    picture = Image.fromarray(noise)
    picture.paste(Image.open(EXAMPLE).resize((1280, 1500)), (460, 50))
    picture.save(tmp_path / "large.bmp")
    assert (tmp_path / "large.bmp").stat().st_size > 10_000_000
    with opened(browser, url) as page:
        page.context.new_cdp_session(page).send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": 100,
                "downloadThroughput": 4_000_000,
                "uploadThroughput": 4_000_000,
            },
        )
        page.locator(".photo-input input[type=file]").set_input_files(tmp_path / "large.bmp")
        page.locator(".photo-input .uploading").wait_for()
        assert page.locator(".answer.empty").count() == 1
        assert "Real" in wait_for_answer(page).inner_text()


def test_every_example_is_one_click_from_its_answer(page, detector):
    """The page says beforehand of which ones the model is wrong or not sure."""
    names = page.locator(".example-names li")
    names.nth(3).wait_for()
    for index, (path, label) in enumerate(EXAMPLES):
        verdict = detector.predict(path)
        said = names.nth(index).inner_text()
        assert (ENGLISH["example_missed"] in said) == (verdict.label != label)
        page.get_by_role("button", name=said, exact=True).click()
        headline = ENGLISH["headlines"][strength_of(verdict)]
        page.locator(".answer .headline", has_text=headline).wait_for()
        page.get_by_text(percent(verdict.confidence, ENGLISH)).first.wait_for()


def test_a_pasted_photo_gets_a_verdict(browser, url):
    with opened(browser, url, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.evaluate(
            """async () => {
                const canvas = new OffscreenCanvas(300, 300);
                canvas.getContext("2d").fillRect(20, 20, 100, 100);
                const blob = await canvas.convertToBlob({ type: "image/png" });
                await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
            }"""
        )
        page.get_by_role("button", name="Paste from clipboard").click()
        said = wait_for_answer(page).inner_text()
    assert "No face was found" in said and ENGLISH["headlines"]["unknown"] in said


def test_a_bad_file_says_why_and_leaves_no_old_verdict(page, tmp_path):
    drop(page, EXAMPLE)
    wait_for_answer(page)
    page.get_by_label("Remove Image").first.click()
    page.locator(".answer.empty").wait_for()
    bad = tmp_path / "photo.jpg"
    bad.write_bytes(b"not a picture")
    drop(page, bad)
    said = page.locator(".answer.refusal")
    assert "not a photo that can be read" in said.inner_text()
    assert ENGLISH["error_title"] in said.inner_text()
    assert page.locator("article.answer").count() == 0
    assert page.get_by_role("button", name=ENGLISH["keep"]).count() == 0


def test_choosing_a_face_shows_its_own_heatmap_and_confidence(page, two_faces, detector):
    drop(page, two_faces)
    wait_for_answer(page)
    verdict = detector.predict(two_faces)
    assert page.locator(".answer .box").count() == len(verdict.faces) == 2
    seen = []
    for index, crop in enumerate(verdict.faces):
        box = page.locator(f".answer [data-face='{index}']")
        box.focus()
        page.keyboard.press("Enter")  # a mouse is not needed
        assert box.get_attribute("aria-pressed") == "true"
        shown = page.locator("figure.face:visible")
        assert shown.count() == 1
        assert percent(crop.confidence, ENGLISH) in shown.inner_text()
        seen.append(shown.locator("img.heat").get_attribute("src"))
    assert seen[0] != seen[1]


def test_the_heatmap_is_shown_of_a_fake_and_compared_at_the_press_of_a_button(page):
    """Of a genuine photo it shows nothing that helps: it waits until it is asked for."""
    for photo, is_fake in ((EXAMPLE, False), (EXAMPLES[2][0], True)):
        page.locator(".photo-input input[type=file]").set_input_files(photo)
        switch = wait_for_answer(page).get_by_role("button", name=ENGLISH["heatmap"])
        heat = page.locator("img.heat")
        page.locator(f".switch[aria-pressed={str(is_fake).lower()}]").wait_for()
        assert heat.is_visible() == is_fake
        switch.focus()
        page.keyboard.press("Enter")
        assert heat.is_visible() != is_fake
        page.get_by_label("Remove Image").first.click()
        page.locator(".answer.empty").wait_for()


@pytest.mark.parametrize(("width", "height", "most"), [(1200, 900, 0.02), (390, 844, 0.1)])
def test_nothing_in_sight_jumps(browser, url, two_faces, width, height, most):
    """Layout shift; up to 0.1 is called good. A phone scrolls to the answer, which counts."""
    with opened(browser, url, width=width, height=height) as page:
        place = page.locator(".photo-input")
        before = place.bounding_box()
        page.wait_for_load_state("networkidle")
        page.evaluate(
            """() => { window.shift = 0; new PerformanceObserver((list) => {
                list.getEntries().forEach((entry) => { window.shift += entry.value; });
            }).observe({ type: "layout-shift", buffered: true }); }"""
        )
        page.wait_for_timeout(500)
        of_opening = page.evaluate("window.shift")
        assert of_opening < 0.1
        drop(page, two_faces)
        wait_for_answer(page)
        page.wait_for_timeout(1000)
        assert page.evaluate("window.shift") - of_opening < most
        after = place.bounding_box()
        assert (after["x"], after["width"]) == (before["x"], before["width"])


def test_a_resend_is_checked_on_request(page, detector):
    photo = ROOT / "examples" / "astronaut-manipulated.jpg"
    drop(page, photo)
    wait_for_answer(page)
    page.get_by_role("button", name=ENGLISH["resend"]).click()
    check = page.locator(".resend")
    check.wait_for()
    assert check.get_attribute("data-outcome") == check_resend(detector, photo).outcome
    assert check.locator("tbody tr").count() == 6
    assert "960 px, JPEG 60" in check.inner_text()


def test_explain_more_shows_four_methods_side_by_side(page):
    drop(page, EXAMPLE)
    wait_for_answer(page)
    page.get_by_role("button", name=ENGLISH["explain"]).click()
    page.get_by_text(ENGLISH["methods_wait"]).first.wait_for()  # people know that it goes on
    page.locator(".methods figure:nth-child(4) img").wait_for(timeout=400_000)
    pictures = page.locator(".methods img")
    assert pictures.count() == 4
    assert len({picture.get_attribute("src") for picture in pictures.all()}) == 4


def test_an_address_inside_the_network_is_refused(page):
    page.get_by_role("button", name=ENGLISH["ways"]).click()
    page.get_by_label(ENGLISH["address"]).fill("http://127.0.0.1:80/photo.jpg")
    page.get_by_role("button", name=ENGLISH["fetch"]).click()
    page.get_by_text("is not on the public internet").wait_for()
    assert page.locator(".answer.empty").count() == 1


@pytest.mark.parametrize("with_photo", [False, True])
def test_the_report_holds_verdict_and_hashes_and_can_be_saved(page, detector, tmp_path, with_photo):
    drop(page, EXAMPLE)
    wait_for_answer(page)
    page.get_by_label(ENGLISH["with_photo"]).set_checked(with_photo)
    page.get_by_role("button", name=ENGLISH["keep"]).click()
    links = page.locator("a[download^='report']")
    links.nth(1).wait_for()
    for name in ("report.png", "report.json"):
        with page.expect_download() as waiting:
            page.locator(f"a[download='{name}']").click()
        waiting.value.save_as(tmp_path / name)
    with Image.open(tmp_path / "report.png") as picture:
        assert picture.width == 1000
        assert (picture.height > 800) == with_photo
    content = json.loads((tmp_path / "report.json").read_text())
    assert content["label"] == "Real" and len(content["photo_sha256"]) == 64
    assert content["weights"]["sha256"] == detector.weights.info.sha256


def test_an_answer_is_copied_as_text_with_a_link_to_the_page(browser, url, detector):
    with opened(browser, url, permissions=["clipboard-read", "clipboard-write"]) as page:
        drop(page, EXAMPLE)
        wait_for_answer(page)
        page.get_by_role("button", name=ENGLISH["copy"]).click()
        page.get_by_text(ENGLISH["copied"].format(text="")).first.wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
    number = percent(detector.predict(EXAMPLE).confidence, ENGLISH)
    assert copied.startswith(ENGLISH["headlines"]["none"]) and number in copied
    assert copied.endswith(f"{url}/") and ENGLISH["limit_of"]["none"] in copied


def test_walk_share_the_answer_with_my_editor_without_the_photo(browser, url):
    """On a phone, through the system's own sheet; here a stand-in keeps what it is given."""
    with opened(browser, url, width=390, height=844) as page:
        page.add_init_script(
            """
            navigator.canShare = () => true;
            navigator.share = async ({ text, files }) => {
                const picture = await createImageBitmap(files[0]);
                window.shared = [text, files[0].name, picture.width, picture.height];
            };
            """
        )
        page.reload()
        page.locator(".photo-input input[type=file]").set_input_files(EXAMPLE)
        wait_for_answer(page)
        page.get_by_role("button", name=ENGLISH["share"], exact=True).click()
        page.wait_for_function("window.shared")
        text, name, width, height = page.evaluate("window.shared")
    assert text.startswith(ENGLISH["headlines"]["none"]) and f"{url}/" in text
    assert (name, width) == ("report.png", 1000) and height < 800  # words, no picture


def test_where_the_system_cannot_share_no_button_says_so(page):
    drop(page, EXAMPLE)
    wait_for_answer(page)
    page.get_by_role("button", name=ENGLISH["copy"]).wait_for()
    has_sheet = page.evaluate("Boolean(navigator.share)")
    assert page.get_by_role("button", name=ENGLISH["share"], exact=True).is_visible() == has_sheet


def test_a_link_with_an_address_fetches_nothing_until_it_is_told_to(browser, url):
    """Else a link would make the server fetch whatever its sender likes."""
    asked = urllib.parse.urlencode({"url": "http://127.0.0.1:80/photo.jpg", "crop": "1"})
    with opened(browser, f"{url}/?{asked}") as page:
        address = page.get_by_label(ENGLISH["address"])
        address.wait_for()
        page.wait_for_load_state("networkidle")
        assert address.input_value() == "http://127.0.0.1:80/photo.jpg"
        assert page.get_by_label(ENGLISH["face_crop"]).is_checked()
        assert page.get_by_text("is not on the public internet").count() == 0
        page.get_by_role("button", name=ENGLISH["fetch"]).click()
        page.get_by_text("is not on the public internet").wait_for()


def test_a_wrong_verdict_is_reported_without_the_photo(page, detector):
    drop(page, EXAMPLE)
    answer = wait_for_answer(page)
    answer.get_by_text(ENGLISH["what_means"]).click()
    link = answer.get_by_role("link", name=ENGLISH["report_link"])
    parts = urllib.parse.urlsplit(link.get_attribute("href"))
    assert parts.netloc == "git.example"
    fields = urllib.parse.parse_qs(parts.query)
    assert detector.weights.info.sha256 in fields["body"][0]
    assert (
        len(parts.query) < 2000 and "base64" not in parts.query and "astronaut" not in parts.query
    )


def test_walk_which_of_these_40_photos_is_off(page, tmp_path, two_faces):
    """The most suspicious one comes first, a count of each verdict above, and it can be opened."""
    (tmp_path / "broken.jpg").write_bytes(b"not a picture")
    portraits = [f"portrait{index}.jpg" for index in range(38)]
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        for name in portraits:
            archive.write(EXAMPLE, f"holiday/{name}")
    open_many(page, [tmp_path / "broken.jpg", two_faces, tmp_path / "more.zip"])
    page.get_by_role("button", name=ENGLISH["judge_all"]).click()
    page.get_by_text(ENGLISH["table_progress"].format(done=40, count=40)).first.wait_for()
    names = page.locator(".many tbody th")
    assert names.all_inner_texts() == ["both.png", *portraits, "broken.jpg"]
    assert page.locator(".many tbody img").count() == 39
    sort = page.locator(".many .sort", has_text=ENGLISH["table_heads"][3])
    sort.click()
    assert names.first.inner_text() == "broken.jpg" and names.last.inner_text() == "both.png"
    sort.click()
    assert names.first.inner_text() == "both.png" and names.last.inner_text() == "broken.jpg"
    with page.expect_download() as waiting:
        page.locator("a[download='verdicts.csv']").click()
    lines = waiting.value.path().read_text().splitlines()
    assert len(lines) == 41 and "not_a_photo" in lines[1]  # in the order of the upload

    count = ENGLISH["table_kinds"]["none"].format(count=38)
    page.get_by_role("button", name=count).click()
    seen = page.locator(".many tbody tr:visible th").all_inner_texts()
    assert sorted(seen) == sorted(portraits)
    page.get_by_role("button", name=portraits[7], exact=True).click()
    page.locator(".answer .headline", has_text=ENGLISH["headlines"]["none"]).wait_for()
    assert page.get_by_role("tab", name=ENGLISH["tab_one"]).get_attribute("aria-selected") == "true"


def test_a_long_run_can_be_cancelled_and_keeps_what_it_had(page, tmp_path):
    with Image.open(EXAMPLE) as portrait:
        large = portrait.resize((4000, 4000))
    large.save(tmp_path / "0.jpg", quality=60)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for index in range(50):
            archive.write(tmp_path / "0.jpg", f"{index:02d}.jpg")
    open_many(page, [tmp_path / "all.zip"])
    page.get_by_role("button", name=ENGLISH["judge_all"]).click()
    page.locator(".many tbody tr").first.wait_for()
    page.get_by_role("button", name=ENGLISH["cancel"]).click()
    page.get_by_text(ENGLISH["cancelled"]).wait_for()
    assert 0 < page.locator(".many tbody tr").count() < 50
    page.locator("a[download='verdicts.csv']").wait_for()


def test_on_a_phone_in_german_nothing_is_cut_off_and_all_is_german(browser, url, two_faces):
    with opened(browser, f"{url}/de", width=360, height=740, locale="de-DE") as page:
        assert page.evaluate("document.documentElement.lang") == "de"
        page.locator(".photo-input input[type=file]").set_input_files(two_faces)
        said = wait_for_answer(page).inner_text()
        assert any(GERMAN["headlines"][strength] in said for strength in ("some", "strong"))
        assert any(GERMAN["limit_of"][strength] in said for strength in ("some", "strong"))
        page.get_by_text(GERMAN["what_means"]).click()
        assert GERMAN["limits"] in page.locator(".answer details").inner_text()
        page.get_by_role("button", name=GERMAN["resend"]).click()
        page.locator(".resend").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.get_by_role("tab", name=GERMAN["tab_many"]).click()
        page.locator(".many-input input[type=file]").set_input_files([EXAMPLE, two_faces])
        page.locator(".many-input .file-preview tr").nth(1).wait_for()
        page.get_by_role("button", name=GERMAN["judge_all"]).click()
        page.get_by_text(GERMAN["table_progress"].format(done=2, count=2)).first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 360


OVERLAPS = """
() => {
  const seen = [...document.querySelectorAll("a, button, input, summary, [role=tab]")].filter(
    (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true })
      && !node.closest("[aria-hidden=true], .visually-hidden")
  );
  const found = [];
  for (const a of seen) for (const b of seen) {
    if (a === b || a.contains(b) || b.contains(a)) continue;
    const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
    const width = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const height = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (width > 1 && height > 1) found.push([a.outerHTML.slice(0, 90), b.outerHTML.slice(0, 90)]);
  }
  return found;
}
"""


def test_at_200_percent_zoom_nothing_overlaps_and_all_is_in_reach(browser, url, two_faces):
    """A window of 1280x720 at twice the size: WCAG 2.2, 1.4.4 and 1.4.10."""
    with opened(browser, url, width=640, height=360, device_scale_factor=2) as page:

        def check():
            assert page.evaluate("document.documentElement.scrollWidth") == 640
            assert page.evaluate(OVERLAPS) == []

        check()
        button = page.locator(".photo-input button[aria-dropeffect]")
        button.click(trial=True)  # scrolled to, and nothing lies over it
        box = button.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 360
        drop(page, two_faces)
        wait_for_answer(page)
        page.locator(".facts").wait_for()
        check()


@pytest.mark.parametrize(
    ("language", "scheme"), [("en", "light"), ("de", "dark"), ("es", "light"), ("en", "dark")]
)
def test_axe_finds_nothing(browser, url, two_faces, tmp_path, language, scheme):
    """Contrast, names, roles: who cannot see the page well, or has no mouse, is shut out else."""
    from axe_playwright_python.sync_playwright import Axe

    texts = LANGUAGES[language]
    (tmp_path / "broken.jpg").write_bytes(b"not a picture")

    def check(state):
        page.mouse.move(0, 0)
        page.wait_for_timeout(500)  # colours fade in; half faded they are too pale
        violations = Axe().run(page).response["violations"]
        found = [(v["id"], [node["html"] for node in v["nodes"]]) for v in violations]
        assert found == [], state

    def judge(path):
        if page.locator(".answer.empty:not(.refusal)").count() == 0:
            page.get_by_label("Remove Image").first.click()
            page.locator(".answer.empty:not(.refusal)").wait_for()
        drop(page, path)

    address = url if language == "en" else f"{url}/{language}"
    with opened(browser, address, color_scheme=scheme) as page:
        is_dark = page.evaluate("document.body.classList.contains('dark')")
        assert is_dark == (scheme == "dark")
        page.locator(".example-names li").nth(3).wait_for()
        check("empty")
        judge(tmp_path / "broken.jpg")
        page.locator(".answer.refusal").wait_for()
        check("message of an error")
        for name in ("admiral", "generated", "astronaut-manipulated", "astronaut"):
            judge(ROOT / "examples" / f"{name}.jpg")
            switch = wait_for_answer(page).get_by_role("button", name=texts["heatmap"])
            if switch.get_attribute("aria-pressed") == "false":
                switch.click()
            check(name)
        judge(two_faces)
        wait_for_answer(page)
        page.get_by_text(texts["what_means"]).click()
        page.get_by_role("button", name=texts["ways"]).click()
        page.get_by_role("button", name=texts["resend"]).click()
        page.locator(".resend").wait_for()
        page.get_by_role("button", name=texts["keep"]).click()
        page.locator("a[download^='report']").first.wait_for()
        check("a group, all open")
        page.get_by_role("tab", name=texts["tab_many"]).click()
        paths = [tmp_path / "broken.jpg", two_faces]
        page.locator(".many-input input[type=file]").set_input_files(paths)
        page.locator(".many-input .file-preview tr").nth(1).wait_for()
        page.get_by_role("button", name=texts["judge_all"]).click()
        page.get_by_text(texts["table_progress"].format(done=2, count=2)).first.wait_for()
        check("many")


def test_the_page_is_light(browser, url):
    """Two megabytes, a quarter of them examples; a map of the sources alone would double that."""
    with opened(browser, url, width=1280, height=720) as page:
        page.locator(".gallery-item img").nth(len(EXAMPLES) - 1).wait_for()
        page.wait_for_load_state("networkidle")
        # What the browser itself counted, decompressed: bodies are not always kept to be read.
        sent = page.evaluate(
            """() => ["navigation", "resource"]
                .flatMap((kind) => performance.getEntriesByType(kind))
                .map((entry) => [entry.name, entry.decodedBodySize])"""
        )
    assert not [address for address, _ in sent if address.endswith(".map")]
    assert 50 < len(sent) < 120
    assert 1_500_000 < sum(size for _, size in sent) < 2_600_000


def test_the_page_asks_no_other_server(browser, url):
    """PRIVACY.md says that nothing is sent anywhere else: no font, no script, no counter."""
    with opened(browser, url) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.reload()
        page.locator(".answer.empty").wait_for()
        drop(page, EXAMPLE)
        wait_for_answer(page)
    own = (url, "data:", "blob:")
    assert asked and [address for address in asked if not address.startswith(own)] == []
