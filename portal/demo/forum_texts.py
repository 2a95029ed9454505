"""What is said in the conversations of the sample scenario, and when: working days ago and time of day in WIB."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One message; with `act`, an act on the message `quotes` names or on the whole conversation."""

    who: str
    ago: int
    hour: int
    text: str = ""
    minute: int = 0
    act: str = ""
    """edit, delete, pin, record, resolve, widen."""
    quotes: int | None = None
    """The number of the line that is meant."""
    calls: tuple[str, ...] = ()
    papers: tuple[tuple[str, ...], ...] = ()
    """(file name, heading, lines) of what is attached."""
    audience: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation."""

    key: str
    title: str
    audience: str
    lines: tuple[Line, ...]
    record: str = ""
    theme: str = ""
    province: str = ""
    parties: tuple[str, ...] = ()


TALKS = (
    Talk(
        "forum", "Tindak lanjut forum 13 Mei 2024: mempertemukan kebutuhan dan program", "MEMBERS",
        (
            Line("petugas.kerjasama", 15, 9, (
                "Bapak dan Ibu,\n\n"
                "forum 13 Mei 2024 menyepakati bahwa **kebutuhan daerah dan tawaran mitra dipertemukan dengan "
                "cara yang "
                "sama** di setiap daerah. Utas ini meneruskan pembicaraan itu. Mohon sampaikan:\n\n"
                "1. apa yang sudah berjalan di daerah Anda,\n"
                "2. apa yang masih menghambat,\n"
                "3. apa yang Anda harapkan dari mitra."
            ), papers=(("ringkasan-forum.pdf", "Ringkasan forum 13 Mei 2024", "Tiga kesepakatan, dua tindak "
                "lanjut"),)),
            Line("petugas.kerjasama", 15, 9, act="pin", quotes=0, minute=5),
            Line("operator.jatim", 14, 10, (
                "Di Jawa Timur pemetaan penguji K3 selesai: 14 orang belum dilatih higiene industri. Yang "
                "menghambat: jadwal "
                "mitra terbit setelah anggaran perjalanan daerah ditetapkan."
            )),
            Line("penghubung.jica", 13, 14, (
                "Terima kasih. JICA dapat mengumumkan jadwal **enam bulan** sebelum pelatihan dimulai. Apakah "
                "itu cukup "
                "awal bagi daerah?"
            ), quotes=2),
            Line("kepala.ntb", 12, 11, (
                "Enam bulan cukup bila terbit sebelum Juli, karena anggaran perubahan kami dibahas Agustus."
            ), quotes=3),
            Line("kepala.koica", 10, 15, (
                "KOICA menyusun kalender tahunan pada bulan Mei. Kami usulkan kalender bersama JICA, KOICA dan "
                "ILO di portal."
            )),
            Line("penghubung.ilo", 9, 10, "ILO setuju. Untuk kami cukup dua angkatan per tahun di dalam negeri."),
            Line("kepala.kerjasama", 6, 16, (
                "Kami tindak lanjuti: kalender bersama disusun Biro Kerja Sama dan dibahas pada rapat "
                "koordinasi berikutnya. "
                "@Penghubung JICA, mohon kirimkan rancangan jadwal tahun depan."
            ), calls=("penghubung.jica",)),
            Line("penghubung.jica", 2, 9, "Rancangan jadwal kami lampirkan. Tanggal masih dapat digeser dua "
                "minggu.", papers=(
                ("jadwal-jica.pdf", "Rancangan jadwal tahun depan", "Angkatan I dan II"),
            )),
        ),
    ),
    Talk(
        "mediator-ntb", "Mediator baru: siapa yang sudah siap dicalonkan?", "REGION",
        (
            Line("verifikator.ntb", 9, 9, (
                "Rekan operator di kabupaten dan kota, mohon sebutkan **jumlah** calon mediator yang sudah "
                "siap: SK jabatan, "
                "hasil tes bahasa dan izin atasan. Cukup jumlah dan jabatan, tanpa nama."
            )),
            Line("operator.lombok-timur", 8, 10, "Dua orang siap, satu menunggu SK."),
            Line("operator.lombok-timur", 8, 13, (
                "Tiga orang siap: SK ketiga terbit siang ini. Tes bahasa dua orang pada level A2."
            ), act="edit", quotes=1),
            Line("operator.ntb", 5, 11, "Provinsi: delapan orang, semuanya level A2.", quotes=1),
        ),
        theme="T07", province="52",
    ),
    Talk(
        "need", "Moda campuran untuk sebelas pengawas: dua angkatan atau satu?", "REGION_MINISTRY",
        (
            Line("verifikator.ppsdm", 11, 10, (
                "Kebutuhan ini disetujui untuk sebelas pengawas. Program yang paling cocok memberi kursi "
                "terbatas per angkatan. "
                "Apakah dinas dapat membagi peserta menjadi dua angkatan?"
            )),
            Line("kepala.ntb", 10, 9, (
                "Dapat. Enam orang pada angkatan pertama, lima pada angkatan kedua, supaya pemeriksaan tidak "
                "berhenti."
            ), quotes=0),
            Line("penelaah.wasnaker", 9, 13, "Setuju. Dahulukan pengawas yang menangani perusahaan risiko tinggi."),
            Line("verifikator.ppsdm", 8, 10, (
                "Peserta dibagi menjadi dua angkatan: enam orang lalu lima orang; pengawas perusahaan risiko "
                "tinggi lebih "
                "dahulu."
            )),
            Line("verifikator.ppsdm", 8, 10, act="record", quotes=3, minute=10),
            Line("operator.ntb", 1, 15, "Daftar jabatan angkatan pertama kami siapkan minggu ini."),
        ),
        record="need", province="52",
    ),
    Talk(
        "regency", "Data penempatan pekerja migran 2025", "REGION",
        (
            Line("verifikator.ntb", 3, 10, (
                "Pada baris 1 tertulis dua belas formasi dan empat terisi. Angka SIAPkerja menyebut lima. Mana "
                "yang benar?"
            )),
            Line("operator.lombok-timur", 2, 14, (
                "Satu pengantar kerja pindah bulan lalu, SK mutasinya belum tercatat. **Empat** benar."
            ), quotes=0),
        ),
        record="regency",
    ),
    Talk(
        "program", "Apakah hasil tes bahasa tahun lalu masih berlaku?", "MEMBERS",
        (
            Line("operator.jatim", 7, 9, (
                "Dua pengawas kami lulus tes bahasa tahun lalu. Apakah hasilnya masih dapat dipakai untuk "
                "angkatan ini?"
            )),
            Line("penghubung.jica", 6, 11, (
                "Ya, hasil tes berlaku **dua tahun** sejak tanggal tes. Unggah salinannya pada pencalonan."
            ), quotes=0),
            Line("operator.jatim", 6, 13, "Jelas, terima kasih.", act="resolve"),
        ),
        record="program",
    ),
    Talk(
        "mou", "Perpanjangan nota kesepahaman: apa yang perlu diubah?", "PARTNER",
        (
            Line("petugas.kerjasama", 12, 10, (
                "Nota kesepahaman segera berakhir. Sebelum pembahasan resmi, mohon pandangan JICA tentang tiga "
                "hal:\n\n"
                "- tema K3 industri kimia,\n- kuota kawasan timur,\n- evaluasi level 3 enam bulan setelah pelatihan."
            )),
            Line("kepala.jica", 11, 15, (
                "JICA mendukung ketiganya. Untuk kuota kawasan timur kami usulkan **30 persen** dari kursi "
                "setiap angkatan."
            ), quotes=0),
            Line("telaah.hukum", 9, 9, "Kuota sebaiknya masuk lampiran, bukan pasal, agar dapat diubah tanpa "
                "amendemen."),
            Line("kepala.kerjasama", 4, 10, (
                "Disepakati: kuota 30 persen kawasan timur dimuat dalam lampiran nota kesepahaman."
            )),
            Line("kepala.kerjasama", 4, 10, act="pin", quotes=3, minute=20),
            Line("petugas.kerjasama", 4, 11, act="record", quotes=3),
            Line("penghubung.jica", 1, 9, "Rancangan lampiran kami sertakan. Mohon tanggapan sebelum Jumat.", papers=(
                ("rancangan-lampiran.pdf", "Rancangan lampiran", "Kuota kawasan timur"),
            )),
        ),
        record="mou", parties=("JICA",),
    ),
    Talk(
        "ministry", "Urutan penelaahan pada jendela ini", "MINISTRY",
        (
            Line("verifikator.ppsdm", 6, 8, (
                "Usul: telaah teknis mendahulukan kebutuhan dengan batas waktu mitra sebelum akhir bulan."
            )),
            Line("penelaah.phi", 5, 9, "Angka kuota internal salah tempat, mohon abaikan."),
            Line("penelaah.phi", 5, 9, act="delete", quotes=1, minute=30),
            Line("penelaah.wasnaker", 5, 10, "Setuju. Kami mulai dari kebutuhan Aceh dan Papua.", quotes=0),
            Line("kepala.ppsdm", 2, 16, "Disetujui. Laporkan sisa antrean setiap Senin."),
        ),
    ),
    Talk(
        "office", "Ruang praktik manufaktur selama renovasi", "OFFICE",
        (
            Line("operator.bpvp-sidoarjo", 10, 9, (
                "Bengkel CNC direnovasi dua minggu. Praktik dipindah ke ruang B; jadwal instruktur tetap."
            )),
            Line("kepala.bpvp-sidoarjo", 9, 8, "Baik. Sampaikan juga kepada peserta magang."),
            Line("operator.bpvp-sidoarjo", 4, 15, "Renovasi selesai, praktik kembali ke bengkel.", act="resolve"),
        ),
    ),
    Talk(
        "widened", "Biaya perjalanan ke pelatihan di luar provinsi", "OFFICE",
        (
            Line("operator.jabar", 8, 9, "Anggaran perjalanan tersisa untuk lima orang, sedangkan yang "
                "diusulkan sepuluh."),
            Line("kepala.jabar", 7, 10, "Tanyakan ke kementerian apakah ada mitra yang menanggung perjalanan "
                "dalam negeri."),
            Line("kepala.jabar", 7, 11, (
                "Kementerian tahu program mana yang menanggung perjalanan, dan kabupaten menghadapi hal yang sama."
            ), act="widen", audience="REGION_MINISTRY"),
            Line("petugas.kerjasama", 5, 14, (
                "ILO menanggung perjalanan dalam negeri untuk pelatihan di Jakarta dan Bandung; JICA dan KOICA "
                "tidak. "
                "Lihat butir **Biaya ditanggung** pada halaman program."
            ), quotes=0),
            Line("operator.kab-bekasi", 3, 9, "Terima kasih, ini juga menjawab pertanyaan kami."),
        ),
    ),
)  # fmt: skip
"""In the order in which they are opened where two begin at one moment."""
