"""Four meetings: the matchmaking forum of 13 May 2024 with what became of it, a coordination meeting to come, a talk
that was cancelled, and a panel still being planned. What was said there is invented like everything here."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from accounts.models import Organisation
from forum.lifecycle import ACTION, MEETING
from forum.models import ActionPoint, Meeting
from forum.selectors import invitations
from forum.services import meetings as services
from forum.services.minutes import ActionRow, DecisionRow, Written, correct_minutes, save_minutes
from partnerships.models import Agreement
from portal.demo.agreements import Agreements
from portal.demo.days import ZONE, Days, born
from portal.demo.needs import Needs
from portal.demo.programs import Programs
from workflow.calendar import WIB
from workflow.engine import perform

BUREAU, PPSDM = "petugas.kerjasama", "verifikator.ppsdm"
FORUM_DAY = dt.date(2024, 5, 13)
MINUTES = (
    "Forum dibuka Biro Kerja Sama. Kementerian memaparkan arah pengembangan SDM ketenagakerjaan, mitra memaparkan "
    "program tahun berjalan, dan dinas provinsi menyampaikan kebutuhan pelatihan menurut jabatan.\n\n"
    "Peserta sepakat bahwa kebutuhan dan tawaran perlu dipertemukan dengan cara yang sama di setiap daerah, dan bahwa "
    "hasilnya dilaporkan terbuka kepada semua yang hadir."
)


class Meetings:
    """Plans the four meetings."""

    def __init__(self, days: Days, users: dict, needs: Needs, programs: Programs, agreements: Agreements):
        self.days, self.users = days, users
        self.needs, self.programs, self.agreements = needs, programs, agreements
        self.ids: dict[str, int] = {}

    def plan(self) -> None:
        """Put every step into the calendar."""
        self.plan_forum()
        self.plan_coordination()
        self.plan_cancelled()
        on = self.days.ago(1, 14)
        self.days.plan(on, self.write_panel)

    # --- Steps that all of them share

    def meeting(self, key: str) -> Meeting:
        """The meeting as it is now."""
        return Meeting.objects.get(pk=self.ids[key])

    def write(self, key: str, who: str, agenda: list[tuple], groups=(), single=(), **fields) -> None:
        """A draft with its agenda [(title, minutes, record)] and everybody it invites."""
        actor = self.users[who]
        made = services.plan_meeting(
            actor,
            fields={"purpose": "", "place": "", "link": "", "zone": WIB, **fields},
            agenda=[{"title": title, "minutes": minutes, "record": record} for title, minutes, record in agenda],
            invitees=[
                *((pk, "") for name in groups for pk in invitations.group(actor, name)),
                *((organisation(code).pk, role) for code, role in single),
            ],
        )
        born(made)
        self.ids[key] = made.pk

    def act(self, key: str, name: str, who: str, **answers) -> None:
        """Carry out an act on a meeting."""
        perform(MEETING, name, record=self.meeting(key), actor=self.users[who], answers=answers)

    def answer(self, key: str, who: str, reply: str, text: str = "") -> None:
        """Somebody says whether they come."""
        services.answer(self.meeting(key), self.users[who], reply=reply, text=text)

    # --- The matchmaking forum

    def plan_forum(self) -> None:
        """The model of all meetings here: ministry, partners and provinces at one table."""

        def at(month: int, day: int, hour: int) -> dt.datetime:
            return dt.datetime(2024, month, day, hour, tzinfo=ZONE)

        steps = [
            (at(4, 22, 9), self.write_forum),
            (at(4, 24, 10), lambda: self.act("forum", "send", BUREAU)),
            (at(4, 29, 9), lambda: self.answer("forum", "penghubung.jica", "YES")),
            (at(4, 30, 9), lambda: self.answer("forum", "penghubung.koica", "YES")),
            (at(4, 30, 11), lambda: self.answer("forum", "kepala.ntb", "YES")),
            (at(5, 2, 9), lambda: self.answer("forum", "kepala.jatim", "MAYBE", "Menunggu izin perjalanan.")),
            (at(5, 3, 9), lambda: self.answer("forum", "kepala.maluku", "NO", "Bersamaan dengan rapat gubernur.")),
            (at(5, 3, 14), lambda: self.answer("forum", "kepala.ppsdm", "YES")),
            (at(5, 13, 17), lambda: self.act("forum", "hold", BUREAU)),
            (at(5, 15, 10), self.write_minutes),
            (at(5, 17, 15), lambda: self.act("forum", "publish", BUREAU)),
            (at(5, 20, 9), self.correct_minutes),
            (at(6, 12, 10), self.finish_list),
        ]
        for moment, step in steps:
            self.days.plan(moment, step)

    def write_forum(self) -> None:
        """Called by the Bureau of Cooperation three weeks before."""
        self.write(
            "forum",
            BUREAU,
            [
                ("Arah pengembangan SDM ketenagakerjaan", 45, None),
                ("Program pelatihan mitra pembangunan tahun berjalan", 60, None),
                ("Kebutuhan pelatihan menurut provinsi", 60, None),
                ("Cara mempertemukan kebutuhan dan tawaran", 45, None),
                ("Kesepakatan dan tindak lanjut", 30, None),
            ],
            groups=("provincial", "partners", "unit:PPSDM"),
            kind="MATCHMAKING",
            title="Forum pertemuan kebutuhan pelatihan dan tawaran mitra pembangunan",
            purpose="Mempertemukan kementerian, dinas provinsi dan mitra pembangunan: apa yang dibutuhkan, apa yang "
            "ditawarkan, dan bagaimana keduanya bertemu.",
            starts_at=dt.datetime.combine(FORUM_DAY, dt.time(9), ZONE),
            ends_at=dt.datetime.combine(FORUM_DAY, dt.time(13), ZONE),
            place="Ruang Serbaguna Kementerian Ketenagakerjaan, Jakarta",
        )

    def write_minutes(self) -> None:
        """Attendance, decisions, and who does what by when."""
        meeting = self.meeting("forum")
        came = {"PPSDM": 6, "JICA": 3, "KOICA": 2, "ILO": 1, "DISNAKER-52": 2, "DISNAKER-35": 1, "DISNAKER-72": 2}
        save_minutes(
            meeting,
            self.users[BUREAU],
            Written(
                text=MINUTES,
                attendance={organisation(code).pk: people for code, people in came.items()},
                decisions=(
                    DecisionRow(1, "Kebutuhan pelatihan dicatat menurut jabatan, jumlah dan tingkat kompetensi."),
                    DecisionRow(2, "Mitra mengumumkan program dengan kuota dan batas waktu yang sama bagi semua."),
                    DecisionRow(3, "Kursi yang terpakai dilaporkan per provinsi kepada semua peserta forum."),
                ),
                actions=(
                    ActionRow(
                        "Susun daftar jabatan dan tema pelatihan yang dipakai bersama",
                        organisation("PPSDM").pk,
                        dt.date(2024, 6, 14),
                        decision=1,
                    ),
                    ActionRow(
                        "Laporkan kursi yang terpakai per provinsi sejak forum",
                        organisation("BIRO-KS").pk,
                        self.days.in_days(-6),
                        role="BIROKS_OFF",
                        decision=3,
                    ),
                    ActionRow(
                        "Tinjau komitmen program setelah dua tahun dan sampaikan rencana berikutnya",
                        organisation("JICA").pk,
                        self.days.in_days(24),
                        decision=2,
                    ),
                ),
            ),
            version=meeting.version,
        )

    def correct_minutes(self) -> None:
        """Two people of one office had not signed the list; what was decided stays."""
        meeting = self.meeting("forum")
        came = dict(meeting.attendance.values_list("organisation_id", "people"))
        came[organisation("DISNAKER-35").pk] = 3
        decisions = tuple(DecisionRow(d.position, d.text, d.item_id, d.pk) for d in meeting.decisions.all())
        reason = "Dua peserta Jawa Timur belum tercatat."
        said = Written(meeting.minutes, came, decisions)
        correct_minutes(meeting, self.users[BUREAU], said, reason=reason, version=meeting.version)

    def finish_list(self) -> None:
        """PPSDM has done its part."""
        action = ActionPoint.objects.get(meeting=self.ids["forum"], organisation=organisation("PPSDM"))
        answers = {"note": "Daftar jabatan dan tema selesai disusun dan dipakai dalam formulir kebutuhan."}
        perform(ACTION, "finish", record=action, actor=self.users[PPSDM], answers=answers)

    # --- A coordination meeting to come

    def plan_coordination(self) -> None:
        """Called by PPSDM, moved by an hour after the first answers."""
        ago = self.days.working_days_ago
        steps = [
            (ago(6, 9), self.write_coordination),
            (ago(6, 11), lambda: self.act("coordination", "send", PPSDM)),
            (ago(5, 9), lambda: self.answer("coordination", "operator.ntb", "YES")),
            (ago(5, 10), lambda: self.answer("coordination", "kepala.jatim", "MAYBE", "Menunggu jadwal gubernur.")),
            (ago(4, 10), self.move_coordination),
            (ago(3, 9), lambda: self.answer("coordination", "penghubung.jica", "YES")),
            (ago(3, 11), lambda: self.answer("coordination", "kepala.sulteng", "YES", "Kepala bidang ikut hadir.")),
            (ago(2, 9), lambda: self.answer("coordination", "kepala.kerjasama", "YES")),
            (ago(2, 15), lambda: self.answer("coordination", "kepala.papua-selatan", "NO", "Sinyal tidak memadai.")),
        ]
        for moment, step in steps:
            self.days.plan(moment, step)

    def write_coordination(self) -> None:
        """By video and in a room, about records that stand open."""
        day = self.days.office_day(9)
        mou: Agreement = self.agreements.mou()
        self.write(
            "coordination",
            PPSDM,
            [
                ("Kebutuhan yang disetujui dan belum bertemu program", 30, self.needs.need(1)),
                ("Kursi yang masih tersedia pada program pengawasan", 30, self.programs.program("JA1")),
                ("Perpanjangan nota kesepahaman", 20, mou),
                ("Lain-lain", 10, None),
            ],
            groups=("unit:BIRO-KS",),
            single=[
                ("DISNAKER-52", ""),
                ("DISNAKER-35", "DINAS_HEAD"),
                ("DISNAKER-72", "DINAS_HEAD"),
                ("DISNAKER-93", "DINAS_HEAD"),
                ("DISNAKER-3374", "DINAS_OP"),
                ("JICA", ""),
            ],
            kind="COORDINATION",
            title="Rapat koordinasi pemenuhan kebutuhan pelatihan",
            purpose="Sepakat tentang kebutuhan mana yang didahulukan dan siapa yang menindaklanjuti.",
            starts_at=dt.datetime.combine(day, dt.time(9), ZONE),
            ends_at=dt.datetime.combine(day, dt.time(10, 30), ZONE),
            place="Ruang rapat PPSDM, lantai 3",
            link="https://rapat.example.test/koordinasi-pelatihan",
        )

    def move_coordination(self) -> None:
        """An hour later, so that nobody in the east misses the morning call."""
        meeting = self.meeting("coordination")
        hour = dt.timedelta(hours=1)
        services.change_plan(
            meeting,
            self.users[PPSDM],
            fields={"starts_at": meeting.starts_at + hour, "ends_at": meeting.ends_at + hour},
            agenda=[
                {"pk": item.pk, "title": item.title, "minutes": item.minutes, "keep": True}
                for item in meeting.agenda.all()
            ],
            version=meeting.version,
        )

    # --- A cancelled one and a draft

    def plan_cancelled(self) -> None:
        """A partner calls the bureau and has to call it off."""
        ago = self.days.working_days_ago
        reason = "Tim dari kantor pusat menunda kunjungan ke Jakarta sampai bulan depan."
        self.days.plan(ago(8, 9), self.write_bilateral)
        self.days.plan(ago(8, 10), lambda: self.act("bilateral", "send", "penghubung.koica"))
        self.days.plan(ago(7, 9), lambda: self.answer("bilateral", "petugas.kerjasama", "YES"))
        self.days.plan(ago(3, 16), lambda: self.act("bilateral", "cancel", "penghubung.koica", reason=reason))

    def write_bilateral(self) -> None:
        """Two items, one hour."""
        day = self.days.office_day(5)
        self.write(
            "bilateral",
            "penghubung.koica",
            [("Rencana program tahun depan", 40, None), ("Penyelenggara di Indonesia", 20, None)],
            groups=("unit:BIRO-KS",),
            kind="BILATERAL",
            title="Pembicaraan tentang program tahun depan",
            starts_at=dt.datetime.combine(day, dt.time(14), ZONE),
            ends_at=dt.datetime.combine(day, dt.time(15), ZONE),
            place="Kantor KOICA, Jakarta",
        )

    def write_panel(self) -> None:
        """A province plans a panel with its regencies; nobody knows of it yet."""
        day, zone = self.days.office_day(16), ZoneInfo("Asia/Makassar")
        self.write(
            "panel",
            "kepala.ntb",
            [("Bahan panel penilaian usulan", 30, None), ("Pembagian tugas", 30, None)],
            groups=("province:52",),
            single=[("PPSDM", "PPSDM_VER")],
            kind="PANEL",
            title="Panel penilaian usulan pelatihan kabupaten dan kota",
            starts_at=dt.datetime.combine(day, dt.time(9), zone),
            ends_at=dt.datetime.combine(day, dt.time(11), zone),
            zone="Asia/Makassar",
            place="Aula Disnaker Provinsi NTB, Mataram",
        )


def organisation(code: str) -> Organisation:
    """An organisation by its code."""
    return Organisation.objects.get(code=code)
