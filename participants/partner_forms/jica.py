"""JICA: official application, Part A on the organisation (Group & Region Focus only), Part B on the nominee.

Own words and layout: the office copies them onto the form that comes with the General Information. The medical part of
Part B is handed over outside the portal.
"""

from participants.partner_forms.description import Field, Note, Paper, Part, Section, Sign, Words

JICA = Paper(
    key="jica",
    name=Words("JICA application (official page, Part A, Part B)", "Formulir JICA (halaman resmi, Bagian A, Bagian B)"),
    title=Words("Application for a JICA training course", "Pengajuan peserta pelatihan JICA"),
    subtitle=Words("Knowledge Co-Creation Program", "Knowledge Co-Creation Program (KCCP)"),
    version="2026-11",
    partner="JICA",
    blocks=(
        Part(Words("Official application", "Pengajuan resmi")),
        Section(
            title=Words("Course", "Pelatihan"),
            fields=(
                Field("course_title", hint="Sama persis dengan Informasi Umum (GI)."),
                Field("course_number"),
                Field("course_dates"),
            ),
        ),
        Section(
            title=Words("Applying organisation", "Instansi pengusul"),
            fields=(
                Field("government"),
                Field("office_en"),
                Field("office", hint="Nama resmi dalam bahasa Indonesia."),
            ),
        ),
        Section(
            title=Words("Nominee", "Calon peserta"),
            fields=(Field("name"), Field("post"), Field("motivation", lines=3, hint="Dalam bahasa pelatihan.")),
        ),
        Note(
            Words(
                "The office nominates this person for the course, has checked the stated qualifications, and releases "
                "the person from duty for its whole length.",
                "Instansi mencalonkan pegawai ini untuk pelatihan tersebut, telah memeriksa persyaratan, dan "
                "membebaskannya dari tugas selama pelatihan.",
            )
        ),
        Sign(
            post="signer", place="seat", label=Words("Head of the applying organisation", "Pimpinan instansi pengusul")
        ),
        Note(
            Words(
                "Confirmation by the State Secretariat, Bureau for Foreign Technical Cooperation: on the partner's "
                "own form.",
                "Pengesahan Kementerian Sekretariat Negara, Biro Kerja Sama Teknik Luar Negeri: pada formulir asli "
                "mitra.",
            )
        ),
        Part(Words("Part A: the organisation", "Bagian A: instansi"), only="part_a", new_page=True),
        Section(
            title=Words("The organisation", "Instansi"),
            only="part_a",
            fields=(
                Field("office_en"),
                Field("office_address"),
                Field("office_phone"),
                Field("office_email"),
                Field("office_staff"),
                Field("office_duties", lines=3, hint="Tugas dan fungsi, dalam bahasa Inggris."),
            ),
        ),
        Section(
            title=Words("Purpose of the application", "Tujuan pengajuan"),
            only="part_a",
            fields=(
                Field("issue", lines=4, hint="Masalah nyata yang hendak diatasi, bukan uraian umum."),
                Field("plan", lines=4, hint="Siapa melakukan apa, kapan, setelah peserta kembali."),
            ),
        ),
        Sign(
            post="signer",
            place="seat",
            label=Words("Head of the applying organisation", "Pimpinan instansi pengusul"),
            only="part_a",
        ),
        Part(Words("Part B: the nominee", "Bagian B: calon peserta"), new_page=True),
        Section(
            title=Words("Person", "Data diri"),
            fields=(
                Field("preferred_name", hint="Seperti pada paspor."),
                Field("sex"),
                Field("nationality"),
                Field("birth_date", hint="Hari dan bulan ditulis tangan."),
                Field("passport"),
                Field("contact", lines=2),
                Field("emergency", lines=2, hint="Data orang lain: ditulis tangan, tidak disimpan."),
            ),
        ),
        Section(
            title=Words("Present work", "Pekerjaan saat ini"),
            fields=(
                Field("office_en"),
                Field("post"),
                Field("rank", required=False),
                Field("service_since"),
                Field("years_in_post"),
                Field("duties", lines=3, hint="Tugas yang dikerjakan, dalam bahasa Inggris."),
            ),
        ),
        Section(
            title=Words("Education and work", "Pendidikan dan pekerjaan"),
            fields=(
                Field("education"),
                Field("education_history", lines=2),
                Field("work_history", lines=3, hint="Mulai dari yang terbaru."),
                Field(
                    "training_history",
                    required=False,
                    lines=2,
                    hint="Dahulukan luar negeri dan JICA.",
                ),
                Field("visits", required=False, lines=2, hint="Tahun saja."),
            ),
        ),
        Section(
            title=Words("Language", "Bahasa"),
            fields=(Field("english"), Field("english_test", hint="Lampirkan salinan hasil tes.")),
        ),
        Section(
            title=Words("Application", "Pengajuan"),
            fields=(
                Field("motivation", lines=3),
                Field("plan", lines=3),
                Field("report_title", required=False),
                Field(
                    "accommodation",
                    required=False,
                    hint="Hanya dengan persetujuan yang bersangkutan.",
                ),
            ),
        ),
        Note(
            Words(
                "Medical part: not included. The nominee fills it in on the partner's own form and hands it over "
                "outside the portal.",
                "Bagian kesehatan: tidak disertakan. Calon mengisinya pada formulir asli mitra dan menyerahkannya di "
                "luar portal.",
            )
        ),
        Sign(label=Words("Nominee", "Calon peserta")),
    ),
)
