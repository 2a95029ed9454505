"""Messages as HTML: a small part of Markdown, in which nothing can run and nothing takes long."""

from __future__ import annotations

import re
import time

import pytest

from forum.markdown import plain, render

SHOWN = (
    # what is typed, and all that comes of it
    (
        "Halo **semua** dan _kami_, `kode`.",
        "<p>Halo <strong>semua</strong> dan <em>kami</em>, <code>kode</code>.</p>\n",
    ),
    ("satu\ndua\n\ntiga", "<p>satu<br>\ndua</p>\n<p>tiga</p>\n"),
    ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
    ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
    ("> kutipan", "<blockquote>\n<p>kutipan</p>\n</blockquote>\n"),
    ("```\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>\n"),
    ("[JICA](https://jica.test/a)", '<p><a href="https://jica.test/a" rel="nofollow noopener">JICA</a></p>\n'),
    (
        "Lihat https://a.test/x?b=1&c=2.",
        '<p>Lihat <a href="https://a.test/x?b=1&amp;c=2" rel="nofollow noopener">https://a.test/x?b=1&amp;c=2</a>.</p>\n',
    ),
    ("`https://a.test`", "<p><code>https://a.test</code></p>\n"),
    ("<a@b.test>", '<p><a href="mailto:a@b.test" rel="nofollow noopener">a@b.test</a></p>\n'),
    ("https://kemnaker.go.id@jahat.test/a", "<p>https://kemnaker.go.id@jahat.test/a</p>\n"),
    ("[portal](https://a:b@jahat.test)", "<p>[portal](https://a:b@jahat.test)</p>\n"),
    (
        "https://a.test/x?y=a@b.test",
        '<p><a href="https://a.test/x?y=a@b.test" rel="nofollow noopener">https://a.test/x?y=a@b.test</a></p>\n',
    ),
    ("# Judul\n---", "<p># Judul<br>\n---</p>\n"),
    ("Rp1.950.000 & 5 < 6", "<p>Rp1.950.000 &amp; 5 &lt; 6</p>\n"),
    ("", ""),
)


@pytest.mark.parametrize(("typed", "html"), SHOWN)
def test_what_is_typed_is_shown(typed, html):
    assert render(typed) == html


ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "[x](//jahat.test)",
    "[x](/keluar/)",
    "<javascript:alert(1)>",
    "![x](https://jahat.test/pixel.png)",
    '[x](https://a.test "a\\" onmouseover=\\"alert(1)")',
    '[x](https://a.test/"onmouseover=alert(1))',
    'https://a.test/"><script>alert(1)</script>',
    "[a]: javascript:alert(1)\n\n[a]",
    "```<script>\nalert(1)\n```",
    "~~~ js onload=alert(1)\nx\n~~~",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<!--<script>alert(1)</script>-->",
    "<style>*{display:none}</style>",
    "<iframe src=https://jahat.test></iframe>",
    "<form action=/hapus/><button>x</button></form>",
    "**<b onclick=alert(1)>x</b>**",
    "> <script>alert(1)</script>",
    "\x00<scr\x00ipt>alert(1)</script>",
    ">" * 300 + "<script>alert(1)</script>",
)
TAG = re.compile(r"<(/?)([a-z]+)((?: [a-z]+=\"[^\"<>]*\")*)>")
ALLOWED = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "a"}


@pytest.mark.parametrize("typed", ATTACKS)
def test_nothing_typed_can_run(typed):
    html = render(typed)
    found = list(TAG.finditer(html))
    assert html.count("<") == len(found)  # every tag is one of those below, and whole
    for tag in found:
        assert tag.group(2) in ALLOWED
        names = re.findall(r" ([a-z]+)=\"([^\"]*)\"", tag.group(3))
        assert all(
            (name == "href" and re.match(r"https?://|mailto:", value)) or (name, value) == ("rel", "nofollow noopener")
            for name, value in names
        ), tag.group()


def test_a_picture_is_never_loaded():
    assert render("![x](https://a.test/b.png)") == (
        '<p>!<a href="https://a.test/b.png" rel="nofollow noopener">x</a></p>\n'
    )


HEAVY = {
    "quotes": ">" * 10_000,
    "spaced quotes": "> " * 5_000 + "a",
    "brackets": "[" * 10_000,
    "links": "[a](" * 2_500,
    "empty links": "[](https://a)" * 700,
    "pictures": "![" * 5_000,
    "stars": "*" * 10_000,
    "emphasis": "**a *b" * 1_600,
    "mixed emphasis": "*_" * 5_000 + "a",
    "ticks": " ".join("`" * n for n in range(140)),
    "lists": "- " * 5_000,
    "nested list": "\n".join(" " * n + "- a" for n in range(140)),
    "entities": "&" * 10_000,
    "tags": "<" * 10_000,
    "addresses": "<http://" * 1_250,
    "bare addresses": "http://a" * 1_250,
    "fences": "~~~\n" * 2_500,
    "backslashes": "\\" * 10_000,
}


@pytest.mark.parametrize("name", HEAVY)
def test_nothing_typed_takes_long(name):
    started = time.process_time()
    render(HEAVY[name])
    plain(HEAVY[name], 240)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("typed", ["> " * 40 + "dalam", "- " * 40 + "dalam", ">" * 9_000 + "dalam"])
def test_what_is_nested_too_deep_is_shown_as_typed(typed):
    assert "dalam" in render(typed)
    assert plain(typed) == typed.strip()


def test_words_without_marks():
    assert plain("**Sepakat**: [dua](https://a.test) `orang`\n\n- satu\n- dua\n\n```\nx\n```") == (
        "Sepakat: dua orang\nsatu\ndua\nx"
    )
    assert plain("satu dua tiga", 9) == "satu dua…"
    assert plain("<b>x</b>") == "<b>x</b>"
