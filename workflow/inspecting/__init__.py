"""Looks into strangers' files in a process with limits: whether they are what they say, and only show something.

Parent: `inspected(kind, content)`. The rest of this package is plain Python that runs in the child (`child.py`).
"""

from __future__ import annotations

from workflow.signing import sandbox

SECONDS = 10
"""Processor time a file may take. An ordinary one takes a tenth of a second, a photograph of 12 megapixels one."""


class Unfit(Exception):
    """A file that may not be kept: the key of the reason (`workflow/file_sentences.py`)."""

    def __init__(self, key: str):
        self.key = key
        super().__init__(key)


def inspected(kind: str, content: bytes, *, largest: int) -> bytes:
    """What may be kept of a file of this kind: itself, or for a picture the picture drawn anew. Raises Unfit."""
    try:
        asked = {"kind": kind, "largest": largest}
        answer, made = sandbox.run("workflow.inspecting.child", asked, [content], seconds=SECONDS)
    except sandbox.Failed as failed:
        raise Unfit("heavy") from failed
    if answer["unfit"]:
        raise Unfit(answer["unfit"])
    return made[0] if made else content
