"""KOICA: the government's nomination page of the fellowship application. Own words and layout; consents, declaration
and medical reports are on KOICA's own forms."""

from participants.partner_forms.description import Field, Note, Paper, Section, Sign, Words

KOICA = Paper(
    key="koica",
    name=Words("KOICA nomination page", "Halaman pencalonan KOICA"),
    title=Words("Nomination for a KOICA fellowship programme", "Pencalonan peserta program fellowship KOICA"),
    version="2026-11",
    partner="KOICA",
    blocks=(
        Section(
            title=Words("Programme", "Program"),
            fields=(
                Field("course_title"),
                Field("course_number", required=False),
                Field("course_dates"),
                Field("place", required=False),
            ),
        ),
        Section(
            title=Words("Nominating organisation", "Instansi pengusul"),
            fields=(
                Field("government"),
                Field("office_en"),
                Field("office_address"),
                Field("office_phone"),
                Field("office_email"),
            ),
        ),
        Section(
            title=Words("Nominee", "Calon peserta"),
            fields=(
                Field("preferred_name", hint="Seperti pada paspor."),
                Field("sex"),
                Field("nationality"),
                Field("birth_date", hint="Hari dan bulan ditulis tangan."),
                Field("post"),
                Field("rank", required=False),
                Field("service_since"),
                Field("years_in_post"),
                Field("duties", lines=3),
                Field("education"),
                Field("english"),
                Field("english_test", required=False),
                Field("training_history", required=False, lines=2, hint="Terutama pelatihan KOICA sebelumnya."),
                Field("passport"),
                Field("emergency", hint="Data orang lain: ditulis tangan, tidak disimpan."),
            ),
        ),
        Section(
            title=Words("Reasons", "Alasan"),
            fields=(
                Field("motivation", lines=3, hint="Dalam bahasa Inggris."),
                Field("plan", lines=3),
                Field("stay_years"),
                Field(
                    "accommodation",
                    required=False,
                    hint="Hanya dengan persetujuan yang bersangkutan.",
                ),
            ),
        ),
        Note(
            Words(
                "Consent to the use of personal data, the declaration and the medical reports are signed on KOICA's "
                "own forms and handed over outside the portal.",
                "Persetujuan penggunaan data pribadi, pernyataan, dan laporan kesehatan ditandatangani pada formulir "
                "asli KOICA dan diserahkan di luar portal.",
            )
        ),
        Note(
            Words(
                "The office nominates this person, confirms the facts above, and keeps the post open until the return.",
                "Instansi mencalonkan pegawai ini, membenarkan keterangan di atas, dan mempertahankan jabatannya "
                "sampai kembali.",
            )
        ),
        Sign(post="signer", place="seat", label=Words("Nominating official", "Pejabat pengusul")),
    ),
)
