"""Write the whole index of the search anew. Never needed for what people do: the database keeps it by itself."""

from __future__ import annotations

import time

from django.core.management.base import BaseCommand, CommandError

from portal.search.rebuild import differences, forget_words, kinds, rebuild


class Command(BaseCommand):
    help = (
        "Writes the index of the search anew, source by source: after a restore of single tables, after a write with "
        "triggers switched off, or to forget words that no record holds any more. People may go on working."
    )

    def add_arguments(self, parser):
        parser.add_argument("kinds", nargs="*", help="only these sources, for example regions.need")
        parser.add_argument(
            "--check", action="store_true", help="only compare; fails when an entry is not as it should be"
        )

    def handle(self, *args, **options):
        known = kinds()
        if unknown := [kind for kind in options["kinds"] if kind not in known]:
            raise CommandError(f"Unknown: {', '.join(unknown)}. There are: {', '.join(known)}.")
        wrong = 0
        if not options["kinds"] and not options["check"]:
            forget_words()
        for kind in options["kinds"] or known:
            began = time.monotonic()
            count = differences(kind) if options["check"] else rebuild(kind)
            wrong += count if options["check"] else 0
            what = "differ" if options["check"] else "written"
            self.stdout.write(f"{kind}: {count} {what}, {time.monotonic() - began:.1f} s")
        if wrong:
            raise CommandError(f"{wrong} entries are not as they should be. Run rebuildsearch without --check.")
