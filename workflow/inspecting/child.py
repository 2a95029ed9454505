"""The process that looks into a stranger's file: `python -m workflow.inspecting.child`, without Django."""

from __future__ import annotations

from workflow.signing import sandbox


def look(kind: str, content: bytes, largest: int) -> tuple[str, list[bytes]]:
    """(key of the reason against it or nothing, the file drawn anew where it is a picture)."""
    try:
        if kind == "pdf":
            from workflow.inspecting import pdf

            return pdf.problem(content), []
        if kind in {"docx", "xlsx"}:
            from workflow.inspecting import office

            return office.problem(content, kind), []
        from workflow.inspecting import images

        return images.drawn_anew(content, kind, largest)
    except MemoryError:
        return "heavy", []
    except Exception:  # a fault of the file that nobody thought of
        return "damaged", []


def _answer(asked: dict, files: list[bytes]) -> tuple[dict, list[bytes]]:
    unfit, made = look(asked["kind"], files[0], asked["largest"])
    return {"unfit": unfit}, made


if __name__ == "__main__":
    sandbox.serve(_answer)
