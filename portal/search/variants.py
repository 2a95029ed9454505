"""How people write what the records call something else: abbreviations, old spellings, words of the other language.

Plain data: a line more is understood at once, and nothing has to be indexed anew. Names of places, posts and themes
need no line here: the index knows them in both languages.
"""

from __future__ import annotations

VARIANTS: dict[str, tuple[str, ...]] = {
    # offices and ranks of places
    "kab": ("kabupaten",),
    "kodya": ("kota",),
    "kotamadya": ("kota",),
    "prov": ("provinsi",),
    "disnaker": ("tenaga kerja",),
    "disnakertrans": ("tenaga kerja",),
    "naker": ("tenaga kerja",),
    "kemnaker": ("ministry of manpower", "kementerian ketenagakerjaan"),
    "balai": ("bpvp", "bbpvp"),
    "blk": ("balai latihan", "balai pelatihan"),
    # provinces and places by their short or former names
    "sumatera": ("sumatra",),
    "sumatra": ("sumatera",),
    "sumut": ("sumatera utara",),
    "sumbar": ("sumatera barat",),
    "sumsel": ("sumatera selatan",),
    "kepri": ("kepulauan riau",),
    "babel": ("bangka belitung",),
    "dki": ("jakarta",),
    "dkj": ("jakarta",),
    "jabar": ("jawa barat",),
    "jateng": ("jawa tengah",),
    "jatim": ("jawa timur",),
    "diy": ("yogyakarta",),
    "jogja": ("yogyakarta",),
    "yogya": ("yogyakarta",),
    "jogjakarta": ("yogyakarta",),
    "ntb": ("nusa tenggara barat",),
    "ntt": ("nusa tenggara timur",),
    "kalbar": ("kalimantan barat",),
    "kalteng": ("kalimantan tengah",),
    "kalsel": ("kalimantan selatan",),
    "kaltim": ("kalimantan timur",),
    "kaltara": ("kalimantan utara",),
    "sulut": ("sulawesi utara",),
    "sulteng": ("sulawesi tengah",),
    "sulsel": ("sulawesi selatan",),
    "sultra": ("sulawesi tenggara",),
    "sulbar": ("sulawesi barat",),
    "malut": ("maluku utara",),
    "pangkep": ("pangkajene dan kepulauan",),
    "tobasa": ("toba",),
    "solo": ("surakarta",),
    "ikn": ("penajam paser utara", "kalimantan timur"),
    # what the work is called
    "k3": ("keselamatan dan kesehatan kerja",),
    "keselamatan": ("k3",),
    "safety": ("k3", "osh"),
    "osh": ("k3", "keselamatan dan kesehatan kerja", "occupational safety"),
    "ohs": ("k3", "keselamatan dan kesehatan kerja", "occupational safety"),
    "phi": ("perselisihan hubungan industrial", "hubungan industrial"),
    "hi": ("hubungan industrial",),
    "ir": ("industrial relations",),
    "wasnaker": ("pengawas ketenagakerjaan",),
    "medhi": ("mediator hubungan industrial",),
    "pmi": ("pekerja migran",),
    "tki": ("pekerja migran",),
    "tkka": ("tenaga kerja asing",),
    "tka": ("tenaga kerja asing",),
    "lpk": ("lembaga pelatihan kerja",),
    "tot": ("pelatih", "trainers"),
    "lmi": ("informasi pasar kerja", "labour market information"),
    "ipk": ("informasi pasar kerja",),
    # spellings of English
    "labor": ("labour",),
    "center": ("centre",),
    "program": ("programme",),
    "programs": ("programme",),
    "programme": ("program",),
    "organization": ("organisation",),
    # kinds of papers and countries people name in the other language
    "mou": ("nota kesepahaman",),
    "loi": ("letter of intent",),
    "korea": ("koica",),
    "jepang": ("japan", "jica"),
    "japan": ("jepang", "jica"),
}
"""A typed word -> what it may stand for besides itself."""

SMALL_WORDS = frozenset(
    (
        "dan atau di ke dari untuk yang pada dengan oleh tentang dalam bagi the of in and or for to a an on at with by "
        "d i kebutuhan need needs"
    ).split()
)
"""Words that say nothing by themselves: small ones, what "D.I. Yogyakarta" leaves, and what every need is called."""
