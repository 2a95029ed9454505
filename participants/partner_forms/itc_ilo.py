"""ITC-ILO: the letter in which the office sponsors a candidate: who pays, who is released, who receives the invoice."""

from participants.partner_forms.description import Field, Note, Paper, Prose, Section, Sign, Words

ITC_ILO = Paper(
    key="itc-ilo",
    name=Words("ITC-ILO sponsor letter", "Surat sponsor ITC-ILO"),
    title=Words("Letter of sponsorship", "Surat sponsor"),
    version="2026-11",
    partner="ILO",
    letterhead=True,
    numbered=True,
    blocks=(
        Section(
            style="ruled",
            fields=(Field("itc_address"), Field("today"), Field("itc_subject")),
        ),
        Prose(
            Words(
                "{office_en} proposes the candidate below for the course {course_title}, {course_dates}, and sponsors "
                "the participation as follows.",
                "{office} mengusulkan calon di bawah ini untuk kursus {course_title}, {course_dates}, dan menjadi "
                "sponsor keikutsertaannya sebagai berikut.",
            )
        ),
        Section(
            title=Words("Course", "Kursus"),
            fields=(
                Field("course_title"),
                Field("course_number", hint="Kode kursus pada laman ITC-ILO."),
                Field("course_dates"),
                Field("place", required=False),
            ),
        ),
        Section(
            title=Words("Candidate", "Calon peserta"),
            fields=(
                Field("preferred_name", hint="Seperti pada paspor."),
                Field("sex"),
                Field("nationality"),
                Field("birth_date", hint="Hari dan bulan ditulis tangan."),
                Field("post"),
                Field("duties", lines=2),
                Field("english", hint="Bahasa kursus lain: tulis tangan."),
                Field("motivation", lines=3, hint="Dalam bahasa kursus."),
                Field(
                    "accommodation",
                    required=False,
                    hint="Hanya dengan persetujuan yang bersangkutan.",
                ),
            ),
        ),
        Section(
            title=Words("Sponsorship", "Pembiayaan"),
            fields=(Field("costs", lines=3, hint="Biaya kursus, biaya hidup, perjalanan, asuransi."),),
        ),
        Section(
            title=Words("Invoice to", "Tagihan kepada"),
            fields=(Field("office_en"), Field("office_address"), Field("office_phone"), Field("office_email")),
        ),
        Prose(
            Words(
                "The candidate is released from duty for the course, keeps the salary during it, and stays in this "
                "post for {stay_years} years afterwards.",
                "Calon dibebaskan dari tugas selama kursus, tetap menerima gaji, dan tetap pada jabatan ini selama "
                "{stay_years} tahun setelahnya.",
            )
        ),
        Note(
            Words(
                "Insurance and visa are arranged by sponsor and candidate. No health or bank data are part of this "
                "letter.",
                "Asuransi dan visa diurus sponsor dan calon. Surat ini tidak memuat data kesehatan atau rekening.",
            )
        ),
        Sign(post="signer", place="seat", dated=False),
    ),
)
