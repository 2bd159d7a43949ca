"""The process that decodes a clip, and does nothing else: it reads a file that a stranger made.

It is run by its path, so that it imports no network and nothing of `detector`. The first argument
is its job as JSON: path, the limits of `detector.limits`, the whitelists, and where PyAV is. It
writes messages to standard output, each a line of JSON and so many bytes as its "bytes" says:

    {"facts": {...}, "bytes": n}   what the clip is; the bytes are the time of each frame, float64
    {"grey": time}                 a frame of GREY_SIZE in grey, to find cuts
    {"frame": time, ...}           a frame in RGB, rows of "stride" bytes
    {"end": true}                  that was all that was asked for
    {"error": code, "reason": ...} it can do no more

After the first message it reads requests, one JSON a line: {"times": [...], "key_frames_only": ...,
"seek": ..., "grey": ...}, and answers each with frames and an end.
"""

import array
import json
import math
import sys

GREY_SIZE = (64, 36)
GREY_SECONDS = 0.08  # between grey copies; of 60 frames a second a fifth is enough
NEAR = 0.001  # seconds by which a frame may be early
STARTS = (b"ftyp", b"moov", b"mdat", b"\x1aE\xdf\xa3", b"RIFF")  # of files that are clips, or were


class _ClipError(Exception):
    def __init__(self, code, reason=""):
        super().__init__(reason)
        self.code = code


def main() -> None:
    """Limit this process, then answer requests until there are no more."""
    job = json.loads(sys.argv[1])
    try:
        _limit(job)
        clip = _Clip(job)
        facts, times = clip.describe()
        _send({"facts": facts}, array.array("d", times).tobytes())
        for line in sys.stdin:
            clip.answer(json.loads(line))
            _send({"end": True})
    except _ClipError as error:
        _send({"error": error.code, "reason": str(error)})
    except MemoryError:
        _send({"error": "too_many_pixels", "reason": "it needs more memory than a clip is given"})
    except BrokenPipeError:  # nobody listens any more
        pass
    finally:
        # Python would flush when it ends, and fail again.
        sys.stderr.close()


def _limit(job):
    """Set limits from which nothing in this process can free itself."""
    try:
        import resource
    except ImportError:  # Windows has none; the clock of the parent remains
        return
    limits = {
        "RLIMIT_AS": job["memory"],
        "RLIMIT_CPU": job["cpu_seconds"],
        "RLIMIT_FSIZE": 0,  # no file is written
        "RLIMIT_CORE": 0,
    }
    for name, most in limits.items():
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (ValueError, OSError):
            if sys.platform == "linux":  # elsewhere some cannot be set
                raise


class _Clip:
    def __init__(self, job):
        sys.path.append(job["libraries"])
        try:
            import av  # after the limits: its import counts, too
        except ImportError as error:
            reason = f"PyAV cannot be loaded: {error}"
            raise _ClipError("codec_not_supported", reason) from error
        self._av, self._job = av, job
        av.logging.set_level(None)

    def describe(self):
        """Read all packets without decoding them.

        Returns:
            Facts as a dict, and the time of each frame in seconds from the first one, sorted. A
            recorder's file states neither how long it is nor how many frames it has; so what files
            state is not asked.
        """
        with self._open() as container:
            stream = self._stream(container)
            self._check(stream)
            times, keys = [], []
            try:
                for packet in container.demux(stream):
                    at = packet.dts if packet.pts is None else packet.pts
                    if at is None or packet.is_discard or not packet.size:
                        continue
                    times.append(at)
                    if packet.is_keyframe:
                        keys.append(at)
                    if len(times) > self._job["max_frames"]:
                        raise _ClipError("too_long", f"more than {len(times) - 1} frames")
            except self._av.FFmpegError:  # what came before the damage counts
                pass
            if not times:
                raise _ClipError("damaged", "it holds no frame")
            self._first, base = min(times), float(stream.time_base)
            times = sorted((at - self._first) * base for at in times)
            context, rate = stream.codec_context, stream.average_rate
            last = float(1 / rate) if rate else 0.0  # how long the last frame is shown
            facts = {
                "duration": times[-1] + last,
                "width": context.width,
                "height": context.height,
                "codec": context.codec.canonical_name,
                "frame_rate": len(times) / (times[-1] + last) if times[-1] + last > 0 else 0.0,
                "key_frames": [(at - self._first) * base for at in sorted(keys)],
            }
            return facts, times

    def answer(self, request):
        """Decode in order, and send the first frame at or after each of the times."""
        wanted, shown = request["times"], -math.inf
        with self._open() as container:
            stream = self._stream(container)
            if request["key_frames_only"]:
                stream.codec_context.skip_frame = "NONKEY"
            if request["seek"]:
                self._seek(container, stream, request["seek"])
            base = float(stream.time_base)
            for frame in self._frames(container, stream, request):
                at = frame.dts if frame.pts is None else frame.pts
                if at is None or frame.is_corrupt:
                    continue
                time = (at - self._first) * base
                if request["grey"] and time - shown >= GREY_SECONDS:
                    shown = time
                    small = frame.reformat(*GREY_SIZE, "gray8", interpolation="FAST_BILINEAR")
                    _send({"grey": time, "stride": small.planes[0].line_size}, small.planes[0])
                if wanted and time >= wanted[0] - NEAR:
                    wanted = [after for after in wanted if after - NEAR > time]
                    self._send_frame(frame, stream, time)
                if not wanted:
                    return

    def _frames(self, container, stream, request):
        """Decoded frames; a packet that is damaged costs those that need it."""
        keys = {round(time, 3) for time in request["times"]} if request["key_frames_only"] else None
        try:
            for packet in container.demux(stream):
                if keys is not None and packet.size and not self._is_wanted(packet, keys):
                    continue
                try:
                    yield from packet.decode()
                except self._av.InvalidDataError:
                    continue
        except self._av.EOFError:
            return
        except self._av.FFmpegError:  # the file breaks off
            return

    def _is_wanted(self, packet, keys):
        at = packet.dts if packet.pts is None else packet.pts
        if at is None or not packet.is_keyframe:
            return False
        return round((at - self._first) * float(packet.time_base), 3) in keys

    def _seek(self, container, stream, seconds):
        """Start at the key frame before a time, where the file has an index; else at its start."""
        try:
            at = int(seconds / float(stream.time_base)) + self._first
            container.seek(at, backward=True, stream=stream)
        except self._av.FFmpegError:
            pass

    def _send_frame(self, frame, stream, time):
        width, height = frame.width, frame.height
        if width * height > self._job["max_pixels"]:  # the size may change within a clip
            raise _ClipError("too_many_pixels", f"{width}x{height} px")
        aspect = float(stream.sample_aspect_ratio or 0)  # of a pixel; some are not square
        shown_width = max(1, round(width * aspect)) if aspect else width
        if shown_width * height > self._job["max_pixels"]:
            shown_width = width
        picture = frame.reformat(shown_width, height, "rgb24", interpolation="BILINEAR")
        message = {"frame": time, "width": shown_width, "height": height}
        message["stride"] = picture.planes[0].line_size
        message["rotation"] = frame.rotation
        message["is_hdr"] = int(frame.color_trc or 0) in (16, 18)  # PQ, HLG: colours come out pale
        _send(message, picture.planes[0])

    def _open(self):
        job = self._job
        options = {
            "format_whitelist": job["formats"],
            "protocol_whitelist": "file",
            "codec_whitelist": job["codecs"],
            "max_pixels": str(job["max_pixels"]),
            "threads": "1",
        }
        try:
            return self._av.open(f"file:{job['path']}", options=options, metadata_errors="replace")
        except (self._av.FFmpegError, ValueError) as error:
            with open(job["path"], "rb") as file:  # noqa: PTH123, light on imports
                start = file.read(12)
            is_clip = start.startswith(STARTS) or start[4:8] in STARTS
            raise _ClipError("damaged" if is_clip else "not_a_video", str(error)) from error

    def _stream(self, container):
        """The picture track; the cover of a song is none."""
        cover = self._av.stream.Disposition.attached_pic
        tracks = [track for track in container.streams.video if not track.disposition & cover]
        if not tracks:
            raise _ClipError("no_picture_track")
        context = tracks[0].codec_context
        if context is None or context.codec.name not in self._job["codecs"].split(","):
            raise _ClipError("codec_not_supported", getattr(context, "name", "unknown"))
        context.options = {
            "max_pixels": str(self._job["max_pixels"]),
            "codec_whitelist": self._job["codecs"],
        }
        context.thread_count = 1
        return tracks[0]

    def _check(self, stream):
        width, height = stream.codec_context.width, stream.codec_context.height
        if width * height > self._job["max_pixels"]:
            raise _ClipError("too_many_pixels", f"{width}x{height} px")
        if not width * height:  # what is larger than allowed FFmpeg does not even name
            raise _ClipError("too_many_pixels", "larger, or of a size that cannot be read")
        if min(width, height) < self._job["min_side"]:
            raise _ClipError("too_small", f"{width}x{height} px")


def _send(message, payload=b""):
    content = bytes(payload)
    out = sys.stdout.buffer
    out.write(json.dumps({**message, "bytes": len(content)}).encode() + b"\n")
    out.write(content)
    out.flush()


if __name__ == "__main__":
    main()
