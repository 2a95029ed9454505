"""The logbook, the base of every record that moves, the counter of record numbers and the holiday calendar."""

import secrets

from django.conf import settings
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from workflow.calendar import WIB


class LogEntry(models.Model):
    """One thing that happened to one record. Write-once: the database refuses changes, each entry seals the one before.

    `seq`, `prev_hash` and `hash` are set by a trigger (migration 0002), so that no code path can forge them.
    """

    seq = models.BigIntegerField(unique=True, editable=False, default=0)
    at = models.DateTimeField(default=timezone.now, editable=False)
    flow = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    record_code = models.CharField(max_length=40)
    action = models.CharField(max_length=40)
    source = models.CharField(max_length=20, blank=True)
    target = models.CharField(max_length=20, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20)
    capacity = models.CharField(max_length=5, blank=True, help_text=_("Kind of delegation; empty: holder of the post"))
    on_behalf_of = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    organisation = models.CharField(max_length=200, blank=True)
    comment = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    prev_hash = models.CharField(max_length=64, editable=False, default="")
    hash = models.CharField(max_length=64, editable=False, default="")

    class Meta:
        ordering = ["seq"]
        indexes = [
            models.Index(fields=["flow", "record_id", "seq"], name="log_by_record"),
            models.Index(fields=["at"], name="log_by_time"),
        ]

    def __str__(self):
        return f"#{self.seq} {self.record_code} {self.action}"


class Counter(models.Model):
    """The last number given out in a series such as KB-2026."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField(default=0)

    @classmethod
    def next(cls, name: str, count: int = 1) -> int:
        """The next number of a series, or the last of the next `count`; two callers never get the same one."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO workflow_counter (name, value) VALUES (%s, %s) "
                "ON CONFLICT (name) DO UPDATE SET value = workflow_counter.value + %s RETURNING value",
                [name, count, count],
            )
            return cursor.fetchone()[0]

    @classmethod
    def code(cls, series: str) -> str:
        """The next code of a series: KB-2026-0001."""
        return f"{series}-{cls.next(series):04d}"

    @classmethod
    def codes(cls, series: str, count: int) -> list[str]:
        """The next codes of a series, in one go."""
        last = cls.next(series, count) if count else 0
        return [f"{series}-{number:04d}" for number in range(last - count + 1, last + 1)]


_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O: a code is also typed from paper."""


def new_seal_code() -> str:
    """Eighty bits in four groups, so that nobody finds a paper by trying: 7KQM-X2WD-9FTB-HR4C."""
    letters = "".join(secrets.choice(_LETTERS) for _n in range(16))
    return "-".join(letters[n : n + 4] for n in range(0, 16, 4))


class Seal(models.Model):
    """What a paper says of itself, kept apart from it, so that anyone who holds the paper can check it.

    `facts` is public: titles, parties and posts in both languages, never a person's name or number.
    """

    code = models.CharField(max_length=19, unique=True, default=new_seal_code, editable=False)
    flow = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    kind = models.CharField(max_length=24)
    language = models.CharField(max_length=2, blank=True)
    number = models.CharField(max_length=80, blank=True)
    dated = models.DateField()
    version = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    sealed_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["flow", "record_id", "kind"], name="seal_by_record")]

    def __str__(self):
        return self.code


class HolidayKind(models.TextChoices):
    PUBLIC = "PUBLIC", _("Public holiday")
    JOINT_LEAVE = "LEAVE", _("Joint leave")


class HolidayQuerySet(models.QuerySet):
    """Days off; those that were taken out of the calendar stay as rows."""

    def valid(self):
        """The days on which offices are closed."""
        return self.filter(removed_at__isnull=True)


class Holiday(models.Model):
    """A day on which offices are closed; editable, because joint leave is decided each year by decree.

    A day taken out keeps its row, so that loading the first calendar again does not bring it back.
    """

    date = models.DateField(_("Day"))
    region_code = models.CharField(max_length=4, blank=True, help_text=_("Empty: nationwide"))
    label_id = models.CharField(_("Name in Indonesian"), max_length=120)
    label_en = models.CharField(_("Name in English"), max_length=120, blank=True)
    kind = models.CharField(_("Kind"), max_length=6, choices=HolidayKind, default=HolidayKind.PUBLIC)
    decree = models.CharField(
        _("Decree"), max_length=200, blank=True, help_text=_("Number and date of the decree that sets this day.")
    )
    provisional = models.BooleanField(
        _("Provisional"), default=False, help_text=_("Not yet set by decree; it counts as a day off all the same.")
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = HolidayQuerySet.as_manager()

    class Meta:
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["date", "region_code"], name="one_holiday_per_day_and_region")]

    def __str__(self):
        return f"{self.date} {self.label_id}"

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        english = (get_language() or "id").startswith("en")
        return (english and self.label_en) or self.label_id

    @property
    def code(self) -> str:
        """How the log calls it: LIBUR-2026-03-20."""
        return f"LIBUR-{self.date:%Y-%m-%d}"


class Record(models.Model):
    """What every record that moves has. `status` is written by the engine alone."""

    code = models.CharField(max_length=40, unique=True)
    status = models.CharField(max_length=20)
    status_since = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True)
    reminded = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    flow = None
    """The room sets this to its Workflow."""

    class Meta:
        abstract = True

    def __str__(self):
        return self.code

    @property
    def state(self):
        """The State object of the present status."""
        return self.flow.state(self.status)

    @property
    def turn_since(self):
        """Since when it is the turn of whoever has to act; a turn may change within one status."""
        return self.status_since

    @property
    def time_runs_since(self):
        """Where the time began that `due_at` ends: with the state, unless a turn within it has a time of its own."""
        return self.status_since

    @property
    def time_zone(self) -> str:
        """The zone in which this record's deadlines end."""
        return WIB


class ReturnRemark(models.Model):
    """What a reviewer wants changed in a record that goes back; ticked off before it is sent in again."""

    field = models.CharField(max_length=40, blank=True)
    text = models.TextField(max_length=1000)
    round = models.PositiveSmallIntegerField(default=1)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self):
        return self.text[:60]


def known_statuses(name: str, codes) -> models.CheckConstraint:
    """The database refuses a status that the table does not know."""
    return models.CheckConstraint(condition=models.Q(status__in=list(codes)), name=name)
