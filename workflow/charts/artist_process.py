"""The process that draws. It reads one job per line and answers one line per job; it knows neither settings nor
database, loads nothing from anywhere, and ends when nobody has asked for a while, so that its memory is free again."""

from __future__ import annotations

import base64
import json
import os
import select
import sys

PATIENCE = 600
"""Seconds without a job after which it ends."""


def drawn(job: dict) -> dict:
    """The answer to one job."""
    import vl_convert

    given = {"format_locale": job["numbers"], "allowed_base_urls": []}
    if job["kind"] == "png":
        picture = vl_convert.vegalite_to_png(job["spec"], scale=job.get("scale", 2), **given)
        return {"drawing": base64.b64encode(picture).decode("ascii")}
    return {"drawing": vl_convert.vegalite_to_svg(job["spec"], **given)}


def answer(line: bytes) -> bytes:
    """What goes back for one line; a job that cannot be drawn says why."""
    try:
        found = drawn(json.loads(line))
    except Exception as error:  # whatever a drawing fails of, the next one must not suffer
        found = {"error": f"{type(error).__name__}: {str(error)[:300]}"}
    return json.dumps(found).encode("utf-8") + b"\n"


def main() -> None:
    """Draws until the other side closes or falls silent."""
    os.nice(5)
    source, target, rest = sys.stdin.fileno(), sys.stdout.fileno(), b""
    while select.select([source], [], [], PATIENCE)[0]:
        some = os.read(source, 1 << 16)
        if not some:
            return
        rest += some
        while b"\n" in rest:
            line, rest = rest.split(b"\n", 1)
            reply = memoryview(answer(line))
            while reply:
                reply = reply[os.write(target, reply) :]


if __name__ == "__main__":
    main()
