"""The facts of `scoring.py` as records, and what a re-match takes with the database's share in it."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from partnerships.matching import IntakeFacts, LineFacts

DATABASE = "bench_scoring"
NEEDS_TIMED = 9


@contextmanager
def scratch() -> Iterator[None]:
    """An empty database with all tables, dropped afterwards; its server is the one of DATABASE_URL or our own."""
    from portal.stack.places import server_account
    from portal.stack.postgres import prepare

    server = folder = None
    if not os.environ.get("DATABASE_URL"):
        folder = Path(tempfile.mkdtemp(prefix="sinergi-bench-"))
        server_account().own(folder)
        server = prepare(folder, server_account())
        server.start()
        server.ensure_database("sinergi")
        os.environ["DATABASE_URL"] = server.url("sinergi")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["TEST"]["NAME"] = DATABASE
    kept = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)
        connection.close()
        if server:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)


def save(lines: Sequence[LineFacts], intakes: Sequence[IntakeFacts], later: dt.timedelta, lines_per_need: int = 3):
    """Approved needs of some lines each and programmes on offer, with all dates that much later; their ids."""
    _places(lines, intakes)
    offices = _offices(lines)
    needs = _needs(lines, offices, later, lines_per_need)
    _programs(intakes, offices, later)
    return [need.pk for need in needs]


def _places(lines: Sequence[LineFacts], intakes: Sequence[IntakeFacts]) -> None:
    from regions.models import FunctionalPost, Theme

    posts = {line.post for line in lines} | {post for intake in intakes for post in intake.posts}
    themes = {gap.theme for line in lines for gap in line.gaps}
    themes |= {taught.theme for intake in intakes for taught in intake.taught}
    FunctionalPost.objects.bulk_create(
        [FunctionalPost(code=code, label_id=code, label_en=code) for code in sorted(posts)], ignore_conflicts=True
    )
    Theme.objects.bulk_create(
        [Theme(code=code, label_id=code, label_en=code) for code in sorted(themes)], ignore_conflicts=True
    )


def _offices(lines: Sequence[LineFacts]) -> dict:
    from accounts.models import Organisation, OrganisationKind
    from regions.models import OfficeProfile, Region

    first = {line.office_id: line for line in reversed(lines)}
    made = {}
    for number, line in sorted(first.items()):
        made[number] = Organisation(
            code=f"KANTOR-{number:04}",
            kind=OrganisationKind.OFFICE,
            name_id=f"Kantor {number}",
            type_code=line.office_type,
            region_code=line.region_code,
            suspended=line.office_suspended,
        )
    Organisation.objects.bulk_create(made.values())
    regions = [
        Region(
            code=f"R{number}",
            level="PROVINCE",
            name_id=f"R{number}",
            name_en=f"R{number}",
            island_group="Jawa",
            time_zone="Asia/Jakarta",
            is_remote=line.is_remote,
        )
        for number, line in sorted(first.items())
    ]
    Region.objects.bulk_create(regions)
    OfficeProfile.objects.bulk_create(
        OfficeProfile(organisation=made[number], region=region)
        for number, region in zip(sorted(first), regions, strict=True)
    )
    return made


def _needs(lines: Sequence[LineFacts], offices: dict, later: dt.timedelta, each: int) -> list:
    from regions.models import CompetencyGap, NeedCycle, NeedLine, TrainingNeed

    cycle = NeedCycle.objects.create(year=2026)
    needs, rows, gaps, told = [], [], [], set()
    for number, line in enumerate(lines):
        if number % each == 0:
            needs.append(
                TrainingNeed(
                    code=f"KB-2026-{number:05}",
                    status="APPROVED" if line.is_open else "DRAFT",
                    office=offices[line.office_id],
                    cycle=cycle,
                    urgency=line.urgency,
                    preferred_mode=line.mode,
                    score=line.priority,
                    score_frozen=True,
                    national_number=f"KEB-2026-{number:05}",
                    # An office's past is the sum over its needs: one of them carries it.
                    people_accepted=0 if line.office_id in told else line.finished,
                    people_completed=0 if line.office_id in told else line.completed,
                )
            )
            told.add(line.office_id)
        rows.append(
            NeedLine(
                need=needs[-1],
                position=number % each + 1,
                post_id=line.post,
                rank=line.rank,
                employment_status=line.employment_status,
                age_band=line.age_band,
                education=line.education,
                years_in_post_band=line.years_band,
                language_level=line.english,
                earliest_start=line.earliest_start and line.earliest_start + later,
                requested_total=max(line.people, 1),
            )
        )
        gaps += [
            CompetencyGap(line=rows[-1], theme_id=gap.theme, current_level=gap.current, target_level=gap.target)
            for gap in {gap.theme: gap for gap in line.gaps}.values()
        ]
    TrainingNeed.objects.bulk_create(needs)
    NeedLine.objects.bulk_create(rows)
    CompetencyGap.objects.bulk_create(gaps)
    return needs


def _programs(intakes: Sequence[IntakeFacts], offices: dict, later: dt.timedelta) -> None:
    from django.utils import timezone

    from accounts.models import Organisation, OrganisationKind
    from partnerships.models import Agreement
    from programs.models import Intake, Program, ProgramTheme, Scheme

    partner, friend = Organisation.objects.bulk_create(
        Organisation(code=code, kind=OrganisationKind.PARTNER, name_id=code) for code in ("MITRA-1", "MITRA-2")
    )
    day = dt.date(2020, 1, 1)
    Agreement.objects.create(
        code="KM-2020-0001",
        status="ACTIVE",
        track="CENTRAL",
        title_id="MoU",
        partner=friend,
        signed_on=day,
        signing_place="Jakarta",
        signatories=[{"party": "JICA", "post": "Kepala"}],
        effective_date=day,
        starts=day,
    )
    scheme = Scheme.objects.create(code="UJI", label_id="Uji", label_en="Test", route="DIRECT", funding_mode="FULL")
    programs, rows, themes, posts, invited = [], [], [], [], []
    same: dict[str, Program] = {}
    for facts in intakes:
        if facts.program not in same:
            closes = facts.closes and dt.datetime.combine(
                facts.closes + later, dt.time(12), timezone.get_default_timezone()
            )
            same[facts.program] = program = Program(
                code=f"PR-2026-{len(programs):05}",
                slug=f"pr-2026-{len(programs):05}",
                status="OPEN" if facts.is_offered else "CLOSED",
                partner=friend if facts.agreement_active else partner,
                scheme=scheme,
                visibility="PUBLIC" if facts.invited is None else "SELECTED",
                title_id=facts.program,
                delivery_mode=facts.mode,
                country=facts.country,
                host_province=facts.host_province,
                language=facts.language,
                interpretation=facts.interpretation,
                min_language_level=facts.min_language,
                all_posts=facts.all_posts,
                min_rank=facts.min_rank,
                min_years=facts.min_years,
                min_age=facts.min_age,
                max_age=facts.max_age,
                min_education=facts.min_education,
                employment_statuses=sorted(facts.employment_statuses),
                office_types=sorted(facts.office_types),
                needs_agreement=facts.needs_agreement,
                internal_deadline=closes,
                published_at=timezone.now(),
            )
            programs.append(program)
            themes += [
                ProgramTheme(program=program, theme_id=t.theme, entry_level=t.entry, exit_level=t.exit)
                for t in {t.theme: t for t in facts.taught}.values()
            ]
            posts += [(program, post) for post in sorted(facts.posts)]
            invited += [(program, offices[number]) for number in sorted(facts.invited or ()) if number in offices]
        rows.append(
            Intake(
                program=same[facts.program],
                number=len(rows) + 1,
                starts=facts.starts + later,
                ends=facts.starts + later + dt.timedelta(4),
                online_starts=facts.online_starts and facts.online_starts + later,
                seats=facts.seats_free,
            )
        )
    Program.objects.bulk_create(programs)
    ProgramTheme.objects.bulk_create(themes)
    Intake.objects.bulk_create(rows)
    through = Program.posts.through
    through.objects.bulk_create(through(program=program, functionalpost_id=post) for program, post in posts)
    through = Program.selected_offices.through
    through.objects.bulk_create(through(program=program, organisation=office) for program, office in invited)


def rematch(lines: list[LineFacts], intakes: list[IntakeFacts], day: dt.date) -> None:
    """Everything matched once; then needs approved one after the other, each re-matched against the whole portal."""
    with scratch():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext
        from django.utils import timezone

        from partnerships.models import Suggestion
        from partnerships.scoring_table import ScoringTable
        from partnerships.services import suggestions
        from regions.models import TrainingNeed

        needs = save(lines, intakes, timezone.localdate() - day)
        some = needs[:: max(1, len(needs) // NEEDS_TIMED)][:NEEDS_TIMED]
        TrainingNeed.objects.filter(pk__in=some).update(status="MIN_REVIEW")
        print(f"\nIn the database: {len(lines)} lines, {len(intakes)} intakes")
        began = time.perf_counter()
        kept = suggestions.rematch_all()
        print(f"  all anew                     {time.perf_counter() - began:7.2f} s   {kept:,} results written")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        took, own, pure, count = [], [], [], []
        for need in some:
            TrainingNeed.objects.filter(pk=need).update(status="APPROVED")
            with CaptureQueriesContext(connection) as queries:
                began, cpu = time.perf_counter(), time.process_time()
                suggestions.mark_need_stale(need)
                count.append(suggestions.recompute_need(need))
                took.append(time.perf_counter() - began)
                own.append(time.process_time() - cpu)
            of_lines = suggestions.line_facts(suggestions.lines_of_open_needs().filter(need=need))
            of_intakes = suggestions.intake_facts(suggestions.intakes_on_offer())
            began = time.perf_counter()
            ScoringTable(of_lines, of_intakes, timezone.localdate()).worth_showing()
            pure.append(time.perf_counter() - began)
        print(
            f"  one approved need            {statistics.median(took):7.3f} s   median of {len(some)}, "
            f"worst {max(took):.3f} s; {len(queries)} queries, {statistics.median(count):.0f} results\n"
            f"    processor, without the server's {statistics.median(own):4.3f} s\n"
            f"    of that scoring            {statistics.median(pure):7.3f} s   facts to pairs, no database"
        )
        again = []
        for need in some:
            began = time.perf_counter()
            suggestions.recompute_need(need)
            again.append(time.perf_counter() - began)
        print(f"  the same, nothing changed    {statistics.median(again):7.3f} s")
        began = time.perf_counter()
        program = Suggestion.objects.values_list("intake__program", flat=True).first()
        kept = suggestions.recompute_program(program)
        print(f"  one programme                {time.perf_counter() - began:7.3f} s   {kept:,} results")
