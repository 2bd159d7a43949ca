"""A clip gets a verdict whatever it is made of; a hostile one gets an error, and nothing else."""

import json
import os
import random
import struct
import sys
import time
import zlib

import av
import numpy as np
import pytest
from PIL import Image

from detector.errors import ClipError
from detector.video import decode, sampling, source, to_json, to_sentence, watch
from detector.weights import WeightsInfo
from testing.clips import draw, look, talk, write_clip
from testing.server import check_form

INFO = WeightsInfo("embedded", "0.0.0", "0" * 64)


def predict(clip, *, look=look, **settings):
    """A verdict without networks."""
    watching = watch(clip, look=look, weights=INFO, **settings)
    while True:
        try:
            next(watching)
        except StopIteration as end:
            return end.value


def code_of(clip):
    with pytest.raises(ClipError) as caught:
        predict(clip)
    return caught.value.code


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Two seconds of a genuine face."""
    return write_clip(tmp_path_factory.mktemp("clips") / "talk.mp4", talk())


# What is read


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("h264.mp4", "libx264", "yuv420p"),
        ("h264.mov", "libx264", "yuv444p"),
        ("h264.mkv", "libx264", "yuv420p"),
        ("h264.3gp", "libx264", "yuv420p"),
        ("hevc.mp4", "libx265", "yuv420p"),
        ("hevc-10.mov", "libx265", "yuv420p10le"),
        ("av1.mp4", "libsvtav1", "yuv420p"),
        ("vp9.webm", "libvpx-vp9", "yuv420p"),
        ("vp8.webm", "libvpx", "yuv420p"),
        ("mpeg4.avi", "mpeg4", "yuv420p"),
        ("mpeg4.mp4", "mpeg4", "yuv420p"),
    ],
)
def test_every_usual_kind_of_clip_is_judged(tmp_path, name, codec, pixels):
    options = {"x265-params": "log-level=none:pools=none"} if codec == "libx265" else {}
    path = write_clip(tmp_path / name, talk(1.5), codec=codec, pixels=pixels, options=options)
    verdict = predict(path)
    assert verdict.clip.duration == pytest.approx(1.5, abs=0.15)
    assert (verdict.clip.width, verdict.clip.height) == (320, 240)
    [appearance] = verdict.appearances
    assert len(appearance.samples) == verdict.clip.frames_judged >= 5
    left, top, right, bottom = appearance.samples[0].crop.box
    assert left == pytest.approx(100, abs=6) and right - left == pytest.approx(97, abs=8)
    assert top == pytest.approx(70, abs=6) and bottom - top == pytest.approx(97, abs=8)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_clip_of_a_turned_phone_is_judged_upright(tmp_path, quarters):
    """Files of phones lie on their side, and ask the player to turn them."""
    upright = [draw(x=30, y=20, side=80)] * 15
    turned = [frame.rotate(-90 * quarters, expand=True) for frame in upright]
    path = write_clip(tmp_path / "turned.mp4", turned, quarters=quarters)
    verdict = predict(path)
    assert (verdict.clip.width, verdict.clip.height) == (320, 240)
    box = verdict.appearances[0].samples[0].crop.box
    assert box == pytest.approx((30, 20, 111, 101), abs=6)


def test_frames_have_the_times_at_which_they_are_shown(tmp_path):
    """Numbers of frames would put a screen recording's moments in the wrong places."""
    times = [0.0, 0.1, 0.2, 3.0, 3.1, 3.2, 3.3, 6.0]
    frames = [draw()] * 3 + [draw(is_forged=True)] * 4 + [draw()]
    verdict = predict(write_clip(tmp_path / "screen.mkv", frames, times=times))
    seen = [sample.time for sample in verdict.appearances[0].samples]
    assert set(np.round(seen, 2)) <= set(times) and max(seen) == pytest.approx(6.0, abs=0.01)
    assert 3.0 <= verdict.appearances[0].worst_time <= 3.3


def test_a_recording_that_states_no_duration_is_sampled_evenly(tmp_path):
    """Browsers and some cameras write the file before they know how long it becomes."""
    path = tmp_path / "recorded.webm"
    with path.open("wb") as file:  # a stream, in which nothing can be filled in afterwards
        stream = type("Stream", (), {"write": lambda _, data: file.write(data)})()
        with av.open(stream, "w", format="webm") as out:
            track = out.add_stream("libvpx", rate=15)
            track.width, track.height, track.pix_fmt = 320, 240, "yuv420p"
            for frame in talk(10):
                out.mux(track.encode(av.VideoFrame.from_image(frame)))
            out.mux(track.encode())
    with av.open(str(path)) as opened:
        assert opened.duration is None
    verdict = predict(path)
    assert verdict.clip.duration == pytest.approx(10, abs=0.2) and verdict.clip.frames == 150
    steps = np.diff([one.time for one in verdict.appearances[0].samples if not one.is_closer])
    assert len(steps) == 31 and steps.max() < 0.45


def test_a_clip_may_start_before_zero_and_have_one_frame_or_sound(tmp_path):
    early = write_clip(
        tmp_path / "early.mkv", talk(1), times=[-0.5 + i / 15 for i in range(15)],
        container={"avoid_negative_ts": "disabled"},
    )  # fmt: skip
    assert predict(early).appearances[0].start == 0.0
    one = predict(write_clip(tmp_path / "one.mp4", [draw()]))
    assert one.clip.frames == one.clip.frames_judged == 1 and len(one.appearances) == 1
    loud = predict(write_clip(tmp_path / "loud.mp4", talk(1), sound=True))
    assert len(loud.appearances) == 1


def test_content_is_judged_like_its_file(clip):
    assert to_json(predict(clip.read_bytes())) == to_json(predict(clip))


# What is found


def test_a_forged_stretch_is_found_and_where(tmp_path):
    frames = talk(4, forged=range(30, 45))
    verdict = predict(write_clip(tmp_path / "stretch.mp4", frames))
    assert (verdict.label, verdict.is_conclusive) == ("Fake", True)
    assert 2.0 <= verdict.appearances[0].worst_time <= 3.0
    assert any(sample.is_closer for sample in verdict.appearances[0].samples)
    assert "looks manipulated" in to_sentence(verdict)


def test_a_single_forged_frame_accuses_nobody(tmp_path):
    frames = talk(4, forged=[0])
    verdict = predict(write_clip(tmp_path / "blink.mp4", frames, options={"crf": "10"}))
    assert (verdict.label, verdict.is_conclusive) == ("Real", False)
    assert "flicker" in verdict.notes and verdict.appearances[0].worst_time == 0.0


def test_of_a_long_clip_key_frames_are_looked_at_and_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(sampling, "MAX_CLIP_DECODED", 1000)
    path = write_clip(tmp_path / "long.mp4", talk(6), options={"g": "3", "sc_threshold": "0"})
    verdict = predict(path)
    assert "key_frames" in verdict.notes
    first = [one.time for one in verdict.appearances[0].samples if not one.is_closer]
    assert len(first) > 15
    assert [round(time * 15) % 3 for time in first] == [0] * len(first)


def test_colours_that_no_network_learned_accuse_nobody(tmp_path):
    """Phones record a wide range of brightness, which comes out pale."""
    options = {"x264-params": "transfer=arib-std-b67"}
    path = write_clip(tmp_path / "hdr.mp4", talk(1, forged=range(15)), options=options)
    verdict = predict(path)
    assert verdict.label == "Fake" and not verdict.is_conclusive and "hdr" in verdict.notes


def test_a_cut_ends_an_appearance(tmp_path):
    other = [draw(ground=(200, 210, 190), x=130) for _ in range(30)]
    verdict = predict(write_clip(tmp_path / "cut.mp4", talk(2) + other))
    assert verdict.cuts == (pytest.approx(2.0, abs=0.1),)
    assert [round(one.start) for one in verdict.appearances] == [0, 2]


def test_a_result_has_the_published_form_and_tells_of_its_limits(clip):
    verdict = predict(clip)
    result = to_json(verdict)
    check_form(json.loads(json.dumps(result)), form="video_result")
    said = to_sentence(verdict)
    judged = verdict.clip.frames_judged
    assert (
        f"{judged} of 30 frames were looked at" in said and "lip movement are not checked" in said
    )


def test_networks_judge_a_clip_and_a_photo_alike(detector, tmp_path, sure_photo):
    portrait = sure_photo.convert("RGB").resize((480, 600))
    path = write_clip(tmp_path / "admiral.mp4", [portrait] * 12, rate=12, options={"crf": "12"})
    verdict = detector.predict_video(path)
    assert len(verdict.appearances) == 1 and verdict.label == "Real"
    still = detector.predict(portrait)
    assert verdict.fake_probability == pytest.approx(still.fake_probability, abs=0.1)
    assert verdict.weights == detector.weights.info
    assert verdict.appearances[0].samples[0].picture.size == (480, 600)


def test_the_command_takes_folders_of_photos_and_clips(run_python, clip, photo_path, tmp_path):
    folder = photo_path.parent
    (folder / "talk.mp4").write_bytes(clip.read_bytes())
    (folder / "broken.mov").write_bytes(b"no clip")
    done = run_python("-m", "detector", folder, "--json", "--heatmap", tmp_path / "maps")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [next(iter(line)) for line in lines]
    assert (done.returncode, kinds) == (1, ["photo", "clip", "clip"]), done.stderr
    assert "label" in lines[0] and "no clip that can be read" in lines[1]["error"]
    check_form(lines[2], form="video_result")  # squares are no faces: nobody is seen
    assert lines[2]["notes"] == ["clips_unproven", "nobody_seen"]


# What is refused


def test_what_is_no_clip_is_refused_with_a_code(tmp_path, clip, photo_path):
    def written(name, content):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    gif = tmp_path / "a.mp4"
    draw().save(gif, "GIF", save_all=True, append_images=[draw(x=20)])
    sound = write_clip(tmp_path / "sound.m4a", [], sound=True)
    whole = clip.read_bytes()
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{clip}\n#EXT-X-ENDLIST\n"
    assert {
        "empty": code_of(written("empty.mp4", b"")),
        "text": code_of(written("text.mp4", b"Dear Sir or Madam, " * 50)),
        "playlist": code_of(written("list.m3u8", playlist.encode())),
        "script": code_of(written("script.mp4", f"ffconcat version 1.0\nfile {clip}\n".encode())),
        "photo": code_of(photo_path),
        "animation": code_of(gif),
        "sound": code_of(sound),
        "gone": code_of(tmp_path / "gone.mp4"),
        "folder": code_of(tmp_path),
        "number": code_of(5),
        "cut off": code_of(written("cut.mp4", whole[: len(whole) // 2])),
        "tiny": code_of(write_clip(tmp_path / "tiny.mp4", [Image.new("RGB", (32, 32))] * 3)),
        "other codec": code_of(write_clip(tmp_path / "a.mkv", talk(0.3), codec="ffv1")),
    } == {
        "empty": "empty",
        "text": "not_a_video",
        "playlist": "not_a_video",
        "script": "not_a_video",
        "photo": "not_a_video",
        "animation": "not_a_video",
        "sound": "no_picture_track",
        "gone": "file_unreadable",
        "folder": "file_unreadable",
        "number": "wrong_type",
        "cut off": "damaged",
        "tiny": "too_small",
        "other codec": "codec_not_supported",
    }


def test_what_is_too_much_is_refused(tmp_path, monkeypatch, clip):
    long = write_clip(tmp_path / "long.mp4", [draw(), draw()], times=[0.0, 400.0])
    assert code_of(long) == "too_long"
    large = write_clip(tmp_path / "large.avi", [Image.new("RGB", (4096, 2304))], codec="mpeg4")
    assert code_of(large) == "too_many_pixels"
    monkeypatch.setattr(source, "MAX_CLIP_BYTES", 1000)
    assert code_of(clip) == code_of(clip.read_bytes()) == "too_many_bytes"


def write_packets(path, codec, pixels, content):
    """A clip whose packets hold what no encoder made."""
    with av.open(str(path), "w") as out:
        track = out.add_stream(codec, rate=1)
        track.width = track.height = 64
        track.pix_fmt = pixels
        made = [*track.encode(av.VideoFrame(64, 64, pixels)), *track.encode()]
        for index in range(2):
            packet = av.Packet(content(bytes(made[0])))
            packet.stream, packet.pts, packet.dts = track, index, index
            packet.time_base, packet.is_keyframe = made[0].time_base, True
            out.mux(packet)
    return path


def test_a_picture_that_unfolds_to_gigabytes_is_not_decoded(tmp_path):
    """FFmpeg decodes a file's first picture when it opens it: 0.8 MB, and 768 MB in memory."""

    def chunk(kind, content):
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    side = 16_000
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    rows = zlib.compress(bytes(side * 3 + 1) * side, 1)
    png = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    assert code_of(write_packets(tmp_path / "png.mov", "png", "rgb24", lambda _: png)) == (
        "codec_not_supported"
    )

    def enlarge(frame):  # 8192x8192, in the 32 bits behind the first 36 of a VP9 key frame
        bits = int.from_bytes(frame[:9], "big")
        bits = bits >> 36 << 36 | 8191 << 20 | 8191 << 4 | bits & 15
        return bits.to_bytes(9, "big") + frame[9:]

    vp9 = write_packets(tmp_path / "vp9.webm", "libvpx-vp9", "yuv420p", enlarge)
    assert code_of(vp9) in ("too_many_pixels", "damaged")


def test_damage_ends_in_a_verdict_or_a_sentence(tmp_path, clip):
    whole, generator = clip.read_bytes(), random.Random(0)
    streamed = write_clip(
        tmp_path / "streamed.mkv", talk(1), codec="libvpx-vp9", options={"cpu-used": "8"}
    ).read_bytes()
    for turn in range(12):
        content = bytearray(streamed if turn % 2 else whole)
        if turn % 3:
            for _ in range(40):
                content[generator.randrange(len(content))] = generator.randrange(256)
        else:
            del content[generator.randrange(100, len(content)) :]
        try:
            verdict = predict(bytes(content))
        except ClipError as error:
            assert error.code in decode.SENTENCES and str(error)
        else:
            assert 0 < verdict.clip.frames_judged <= 40


# The process that decodes


def test_the_childs_environment_holds_no_secret(clip, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")  # pragma: allowlist secret
    with decode.Decoder(clip, deadline=time.monotonic() + 30) as decoder:
        place = f"/proc/{decoder.pid}/environ"
        if not os.path.exists(place):  # noqa: PTH110
            pytest.skip("this system does not show a process's environment")
        with open(place, "rb") as file:  # noqa: PTH123
            assert b"hf_secret" not in file.read()


def test_the_child_imports_nothing_heavy(clip):
    """It has 1 GB for frames."""
    with decode.Decoder(clip, deadline=time.monotonic() + 30) as decoder:
        place = f"/proc/{decoder.pid}/maps"
        if not os.path.exists(place):  # noqa: PTH110
            pytest.skip("this system does not show what a process has loaded")
        with open(place, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            loaded = file.read().lower()
    assert "av" in loaded
    for name in ("tensorflow", "litert", "numpy", "gradio", "/pil/"):
        assert name not in loaded


@pytest.fixture
def faulty(monkeypatch, tmp_path):
    """Lets the child do something else than to decode, as a fault of a decoder may."""

    def change(line):
        path, answer = tmp_path / "faulty.py", "def answer(self, request):\n"
        code = decode.CHILD.read_text(encoding="utf-8")
        path.write_text(code.replace(answer, f"{answer}        {line}\n"), encoding="utf-8")
        monkeypatch.setattr(decode, "CHILD", path)

    return change


limited = pytest.mark.skipif(sys.platform != "linux", reason="other systems know fewer limits")


@limited
def test_a_child_that_spends_its_time_is_ended_by_the_system(clip, faulty, monkeypatch):
    faulty("while True: pass")
    monkeypatch.setattr(decode, "MAX_CLIP_CPU", 1)
    assert code_of(clip) == "too_long"


@limited
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("bytearray(2**30)", "too_many_pixels"),  # memory
        ("open(self._job['path'] + '.copy', 'w').write('x' * 9000)", "damaged"),  # files
    ],
)
def test_a_child_that_takes_too_much_ends_and_the_next_one_does_its_work(
    clip, faulty, monkeypatch, line, code
):
    child = decode.CHILD
    faulty(line)
    assert code_of(clip) == code
    monkeypatch.setattr(decode, "CHILD", child)
    assert predict(clip).appearances


def test_a_child_that_hangs_is_ended_by_the_clock(clip, faulty):
    faulty("while True: pass")
    started = time.monotonic()
    with pytest.raises(ClipError, match="too long"):
        predict(clip, seconds=2)
    assert time.monotonic() - started < 30


def test_a_clip_that_takes_too_long_gets_a_verdict_on_what_was_seen(clip):
    def slow(frame, most):
        time.sleep(0.5)
        return look(frame, most)

    verdict = predict(clip, look=slow, seconds=3)
    assert "cut_short" in verdict.notes
    assert 0 < verdict.clip.frames_judged < 8


def test_who_stops_watching_ends_the_child(clip):
    watching = watch(clip, look=look, weights=INFO)
    next(watching)
    child = watching.gi_frame.f_locals["decoder"]._process
    assert child.poll() is None
    watching.close()
    assert child.poll() is not None


def test_a_missing_library_is_said_in_a_sentence(clip, monkeypatch):
    monkeypatch.setattr(decode.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ClipError, match="pip install av"):
        predict(clip)
