"""Solves an allocation that somebody wrote down or exported; see docs/allocation.md. No database is touched."""

import json
import math
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from partnerships.allocation import BadInstance, read_text, solve

SOLVED, LIMIT_REACHED, BAD_INPUT = 0, 3, 64


class Command(BaseCommand):
    help = (
        "Solve an allocation in the format alloc-1 and print the result as JSON. Exit code 0: solved; 3: the limit was "
        "reached and the plan is labelled feasible; 64: the input cannot be used, with a sentence that says why."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("instance", metavar="INSTANCE.json", help="the instance; - reads standard input")
        parser.add_argument("--output", metavar="RESULT.json", help="write the result there (default: print it)")
        parser.add_argument("--gap", default="0", help="stop at this proven relative gap, such as 0.001 (default: 0)")
        parser.add_argument("--time-limit", metavar="SECONDS", help="stop then, with the best plan so far")

    def handle(self, *args, instance, output=None, gap="0", time_limit=None, **options):
        try:
            gap = self.number("--gap", gap, "a number of 0 or more")
            if time_limit is not None:
                time_limit = self.number("--time-limit", time_limit, "a number of seconds of 0 or more")
            if output and not Path(output).absolute().parent.is_dir():
                raise BadInstance("--output", output, "a file in a folder that exists")
            given = read_text(self.text(instance))
            result = solve(given, gap=gap, time_limit=time_limit)
            self.write(json.dumps(result.data(), indent=1), output)
        except BadInstance as wrong:
            self.stderr.write(str(wrong))
            sys.exit(BAD_INPUT)
        if not result.finished:
            sys.exit(LIMIT_REACHED)

    def number(self, name, text, expected):
        try:
            number = float(text)
        except (TypeError, ValueError):
            number = math.nan
        if not 0 <= number < math.inf:
            raise BadInstance(name, text, expected)
        return number

    def text(self, file):
        try:
            content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadInstance(file, f"byte {error.start} is not UTF-8", "a JSON file in UTF-8") from error
        except (OSError, ValueError) as error:
            raise BadInstance("INSTANCE.json", file, f"a file that can be read ({reason(error)})") from error

    def write(self, text, output):
        if not output:
            self.stdout.write(text)
            return
        try:
            Path(output).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise BadInstance("--output", output, f"a file that can be written ({reason(error)})") from error


def reason(error):
    return (getattr(error, "strerror", None) or str(error)).lower()
