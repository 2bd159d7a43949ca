"""All benchmarks, one after the other, each in a process of its own.

    python -m benchmarks [PART...] [--repeat N] [--record]

With `--record`, tables and JSON go into docs/benchmarks.md and its folder, and a plot beside them.
"""

import argparse
import subprocess
import sys

PARTS = (
    *("speed", "limit", "start", "scoring", "clip", "cluster", "page", "throughput", "training"),
)


def main() -> bool:
    """Run the parts.

    Returns:
        Exit status: 0, or 1 if a part failed; the others are run nonetheless.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__.splitlines()[0]
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"default: {' '.join(PARTS)}")
    parser.add_argument("--repeat", help="of each part, for a short run; each has its own default")
    parser.add_argument("--record", action="store_true", help="write into docs/benchmarks.md")
    options = parser.parse_args()
    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}. There are: {', '.join(PARTS)}.")
    arguments = ["--repeat", options.repeat] if options.repeat else []
    arguments += ["--record"] if options.record else []
    failed = []
    parts = options.parts or PARTS
    for part in parts:
        print(f"## {part}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{part}", *arguments]).returncode:
            failed.append(part)
    if options.record and "speed" in parts and "speed" not in failed:
        from benchmarks.plot import draw

        draw()
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
