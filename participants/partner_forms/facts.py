"""Every fact a paper may show: what it is called, who can fill it in, and what the log of transfers calls it."""

from __future__ import annotations

from participants.partner_forms.description import Fact, Origin, Words

_P, _B, _C, _O = Origin.PERSON, Origin.BACKGROUND, Origin.COURSE, Origin.OFFICE

_ALL = (
    # The course
    Fact("course_title", Words("Title of the course", "Judul pelatihan"), Origin.PROGRAM),
    Fact("course_number", Words("Course number", "Nomor pelatihan"), Origin.PROGRAM),
    Fact("course_dates", Words("Dates of the training", "Tanggal pelatihan"), Origin.PROGRAM),
    Fact("place", Words("Place of the training", "Tempat pelatihan"), Origin.PROGRAM),
    Fact("organiser", Words("Organiser", "Penyelenggara"), Origin.PROGRAM),
    Fact("costs", Words("Who pays what", "Pembagian biaya"), Origin.PROGRAM, table="costs"),
    # The office
    Fact("government", Words("Government", "Pemerintah"), Origin.PORTAL),
    Fact("office", Words("Office", "Instansi"), Origin.PORTAL, "office"),
    Fact("office_en", Words("Name of the office in English", "Nama instansi dalam bahasa Inggris"), _O, "office"),
    Fact("office_address", Words("Address of the office", "Alamat instansi"), _O),
    Fact("office_phone", Words("Office telephone", "Telepon kantor"), _O),
    Fact("office_email", Words("Office e-mail", "E-mail kantor"), Origin.PORTAL),
    Fact("office_duties", Words("Tasks of the office", "Tugas instansi"), _O),
    Fact("office_staff", Words("Number of staff", "Jumlah pegawai"), _O),
    Fact("head_post", Words("Post of the signatory", "Jabatan penanda tangan"), Origin.PORTAL),
    Fact("signer", Words("Signatory", "Penanda tangan"), Origin.PORTAL),
    Fact("seat", Words("Place of signing", "Tempat penandatanganan"), Origin.PORTAL),
    Fact("issue", Words("The issue the office wants to solve", "Masalah yang hendak diatasi instansi"), _C),
    Fact("plan", Words("What will be done with it afterwards", "Penerapan setelah pelatihan"), _C, "plan"),
    # The person
    Fact("name", Words("Full name", "Nama lengkap"), _P, "name"),
    Fact(
        "preferred_name",
        Words("Name in Latin letters, as it should be printed", "Nama dalam huruf Latin, sebagaimana dicetak"),
        _B,
        "preferred_name",
    ),
    Fact("sex", Words("Sex", "Jenis kelamin"), _P, "sex"),
    Fact("nationality", Words("Nationality", "Kewarganegaraan"), Origin.PORTAL),
    Fact("birth_date", Words("Date of birth", "Tanggal lahir"), _P, "birth_year"),
    Fact("post", Words("Post", "Jabatan"), _P, "post"),
    Fact("rank", Words("Rank", "Jenjang"), _P, "rank"),
    Fact("years_in_post", Words("Years in this post", "Lama dalam jabatan ini (tahun)"), _P, "years_in_post"),
    Fact("service_since", Words("In service since (year)", "Bekerja sejak (tahun)"), _B, "service_since"),
    Fact("duties", Words("Present duties", "Tugas saat ini"), _B, "duties"),
    Fact("education", Words("Highest education", "Pendidikan terakhir"), _P, "education"),
    Fact("education_history", Words("Education history", "Riwayat pendidikan"), _B, "education_history", "education"),
    Fact("work_history", Words("Work history", "Riwayat pekerjaan"), _B, "work_history", "work"),
    Fact("training_history", Words("Training history", "Riwayat pelatihan"), _B, "training_history", "training"),
    Fact("visits", Words("Previous visits abroad", "Kunjungan ke luar negeri sebelumnya"), _B, "visits", "visits"),
    Fact("english", Words("English level", "Tingkat bahasa Inggris"), _P, "english"),
    Fact(
        "english_test",
        Words("English test: kind, score, date", "Tes bahasa Inggris: jenis, nilai, tanggal"),
        _B,
        "english_test",
    ),
    Fact("accommodation", Words("Accommodation request", "Permintaan akomodasi"), _B, "accommodation"),
    Fact(
        "motivation", Words("Why this course serves my duties", "Kaitan pelatihan dengan tugas saya"), _C, "motivation"
    ),
    Fact(
        "relevance", Words("Why this training serves the person's duties", "Kaitan pelatihan dengan tugas pegawai"), _P
    ),
    Fact(
        "report_title",
        Words("Title of the job or country report", "Judul laporan kerja atau laporan negara"),
        _C,
        "report_title",
    ),
    # The endorsement and what follows
    Fact("letter_number", Words("Number of the nomination letter", "Nomor surat pencalonan"), Origin.ENDORSEMENT),
    Fact("letter_date", Words("Date of the nomination letter", "Tanggal surat pencalonan"), Origin.ENDORSEMENT),
    Fact(
        "stay_years",
        Words("Years in this post afterwards", "Masa tetap di jabatan setelahnya (tahun)"),
        Origin.ENDORSEMENT,
        "stay_years",
    ),
    Fact("answer_reference", Words("Reference of the partner's answer", "Nomor jawaban mitra"), Origin.ANSWER),
    Fact("departure", Words("Day of departure", "Hari keberangkatan"), Origin.PERMITS),
    Fact("today", Words("Date", "Tanggal"), Origin.PORTAL),
    Fact("code", Words("Nomination code", "Kode pencalonan"), Origin.PORTAL),
    Fact("to_ppsdm", Words("To", "Yth."), Origin.PORTAL),
    Fact("from_head", Words("From", "Dari"), Origin.PORTAL),
    Fact("subject", Words("Subject", "Hal"), Origin.PROGRAM),
    Fact("itc_address", Words("To", "Kepada"), Origin.PORTAL),
    Fact("itc_subject", Words("Subject", "Hal"), Origin.PROGRAM),
    # Never in the portal
    Fact("nip", Words("NIP", "NIP"), Origin.HAND),
    Fact("passport", Words("Passport number", "Nomor paspor"), Origin.HAND),
    Fact("contact", Words("Own address, telephone and e-mail", "Alamat, telepon, dan e-mail pribadi"), Origin.HAND),
    Fact("emergency", Words("Emergency contact", "Kontak darurat"), Origin.HAND),
    Fact("birth_day", Words("Day and month of birth", "Hari dan bulan lahir"), Origin.HAND),
    Fact("signature", Words("Signatures, number and stamp", "Tanda tangan, nomor, dan cap"), Origin.HAND),
)

FACTS = {fact.key: fact for fact in _ALL}
ASKED = (Origin.BACKGROUND, Origin.COURSE, Origin.OFFICE)
"""Origins that are asked for only where a paper needs them."""
