"""`python -m portal.stack demo`; `python -m portal.stack manage …` for commands on the demo's data."""

from __future__ import annotations

import sys

from portal.stack import StackError, demo


def main(arguments: list[str]) -> int:
    """The exit code: 0 done or stopped by hand, 1 with a sentence, 2 for a wrong call."""
    try:
        if arguments == ["demo"]:
            return demo.run()
        if arguments[:1] == ["manage"] and len(arguments) > 1:
            return demo.manage(arguments[1:])
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print("usage: python -m portal.stack demo | manage COMMAND …", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
