"""The office's own letters: nota dinas to PPSDM, and surat tugas once the person is chosen."""

from participants.partner_forms.description import Field, Paper, Prose, Section, Sign, Words

_PERSON = Section(
    style="letter",
    fields=(
        Field("name", label=Words("Name", "Nama")),
        Field("nip"),
        Field("post"),
        Field("rank"),
        Field("office", label=Words("Office", "Unit kerja")),
    ),
)

COVER = Paper(
    key="nota-dinas",
    name=Words("Cover letter (nota dinas)", "Nota dinas"),
    title=Words("Cover Letter", "Nota Dinas"),
    subtitle=Words("(Nota dinas)", ""),
    version="2026-11",
    letterhead=True,
    numbered=True,
    blocks=(
        Section(style="ruled", fields=(Field("to_ppsdm"), Field("from_head"), Field("today"), Field("subject"))),
        Prose(
            Words(
                "We hereby nominate a participant for the training {course_title} held by {organiser}, "
                "{course_dates}, at {place}, nomination code {code}:",
                "Bersama ini kami mencalonkan peserta pelatihan {course_title} yang diselenggarakan {organiser}, "
                "{course_dates}, bertempat di {place}, dengan kode pencalonan {code}:",
            ),
            only="organiser",
        ),
        Prose(
            Words(
                "We hereby nominate a participant for the training {course_title}, {course_dates}, at {place}, "
                "nomination code {code}:",
                "Bersama ini kami mencalonkan peserta pelatihan {course_title}, {course_dates}, bertempat di {place}, "
                "dengan kode pencalonan {code}:",
            ),
            only="!organiser",
        ),
        _PERSON,
        Prose(Words("Reason: {relevance}", "Pertimbangan: {relevance}")),
        Prose(
            Words(
                "Nomination letter: {letter_number}, {letter_date}.",
                "Surat pencalonan: {letter_number}, {letter_date}.",
            )
        ),
        Prose(Words("Thank you for your attention.", "Atas perhatian Saudara, kami ucapkan terima kasih.")),
        Sign(post="signer", dated=False),
    ),
)

ASSIGNMENT = Paper(
    key="surat-tugas",
    name=Words("Assignment letter (surat tugas)", "Surat tugas"),
    title=Words("Assignment Letter", "Surat Tugas"),
    subtitle=Words("(Surat tugas)", ""),
    version="2026-11",
    letterhead=True,
    numbered=True,
    blocks=(
        Prose(Words("{head_post} assigns:", "{head_post} menugaskan:")),
        _PERSON,
        Prose(Words("to attend the training:", "untuk mengikuti pelatihan:")),
        Section(style="letter", fields=(Field("course_title", label=Words("Training", "Pelatihan")),)),
        Section(style="letter", fields=(Field("organiser"),), only="organiser"),
        Section(
            style="letter",
            fields=(
                Field("course_dates", label=Words("Dates", "Tanggal")),
                Field("place", label=Words("Place", "Tempat")),
            ),
        ),
        Section(style="letter", fields=(Field("departure", label=Words("Departure", "Berangkat")),), only="abroad"),
        Section(style="letter", fields=(Field("answer_reference", label=Words("Basis", "Dasar")),), only="to_partner"),
        Prose(
            Words(
                "After the training the participant hands in a report within 14 days and a follow-up action plan "
                "within 30.",
                "Setelah selesai, yang bersangkutan menyampaikan laporan paling lambat 14 hari dan rencana tindak "
                "lanjut paling lambat 30 hari.",
            )
        ),
        Prose(
            Words(
                "This assignment is to be carried out with full responsibility.",
                "Surat tugas ini dilaksanakan dengan penuh tanggung jawab.",
            )
        ),
        Sign(post="signer", place="seat"),
    ),
)
