"""Messages as people see them: a small part of Markdown, rendered to HTML in which nothing can run."""

from __future__ import annotations

import re

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "a"}
SCHEMES = {"http", "https", "mailto"}
LEFT_OUT = ("heading", "lheading", "hr", "image", "html_block", "html_inline", "reference", "entity")
"""Parts of Markdown that a message does not know; what looks like them stays the text it is."""
DEPTH = 20
"""How deep quotations and lists may be nested, in blocks. The parser drops what lies deeper, so that such a message is
shown as the text it is."""
_LINK = re.compile(r"^(?:https?://|mailto:)[^\s\x00-\x1f]+$", re.IGNORECASE)
_LOGIN = re.compile(r"^https?://[^/?#]*@", re.IGNORECASE)
"""A name before an @ looks like the place a link leads to and is not: https://kemnaker.go.id@elsewhere.test"""
_BARE = re.compile(r"https?://[^\s<>\"'\x00-\x1f]+", re.IGNORECASE)
_TAIL = ".,;:!?)]}*_"


def _is_link(url: str) -> bool:
    return bool(_LINK.match(url.strip())) and not _LOGIN.match(url.strip())


def _make() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": DEPTH})
    parser.disable(list(LEFT_OUT), ignoreInvalid=True)
    parser.validateLink = _is_link
    parser.core.ruler.push("bare_addresses", _bare_addresses)
    return parser


def _bare_addresses(state) -> None:
    """Addresses typed as they are become links, as everybody expects; inside a link or code they stay as they are."""
    for block in state.tokens:
        if block.type != "inline" or "://" not in block.content:
            continue
        children: list[Token] = []
        inside = 0
        for token in block.children or []:
            inside += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            children += _split(token) if token.type == "text" and not inside else [token]
        block.children = children


def _split(token: Token) -> list[Token]:
    found: list[Token] = []
    at = 0
    for match in _BARE.finditer(token.content):
        address = match.group().rstrip(_TAIL)
        if len(address) < len("http://x") or _LOGIN.match(address):
            continue
        found.append(_text(token.content[at : match.start()]))
        found.append(Token("link_open", "a", 1, attrs={"href": address}))
        found.append(_text(address))
        found.append(Token("link_close", "a", -1))
        at = match.start() + len(address)
    return [*found, _text(token.content[at:])]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


_parser = _make()


def render(text: str) -> SafeString:
    """Safe HTML of a message. Tags of its own, scripts, pictures and addresses of other kinds than http, https and
    mailto never pass: the parser knows none of them, and nh3 lets nothing else through."""
    text = text.replace("\x00", "")
    blocks = _parser.parse(text)
    made = _as_typed(text) if _is_too_deep(blocks) else _parser.renderer.render(blocks, _parser.options, {})
    html = nh3.clean(
        made,
        tags=TAGS,
        clean_content_tags={"script", "style"},
        attributes={"a": {"href"}, "ol": {"start"}, "*": set()},
        url_schemes=SCHEMES,
        link_rel="nofollow noopener",
    )
    return mark_safe(html)  # noqa: S308 - cleaned by nh3


def plain(text: str, limit: int = 0) -> str:
    """The words of a message without its marks, on one line for each block; cut at a limit with an ellipsis."""
    text = text.replace("\x00", "")
    blocks = _parser.parse(text)
    found = text.strip() if _is_too_deep(blocks) else "\n".join(filter(None, map(_words, blocks)))
    return found if not limit or len(found) <= limit else f"{found[: limit - 1].rstrip()}…"


def _is_too_deep(blocks: list[Token]) -> bool:
    return any(block.level >= DEPTH - 1 for block in blocks)


def _as_typed(text: str) -> str:
    return f"<p>{escape(text)}</p>".replace("\n", "<br>\n")


def _words(block: Token) -> str:
    if block.type in ("fence", "code_block"):
        return block.content.strip()
    if block.type != "inline":
        return ""
    return "".join(
        "\n" if child.type in ("softbreak", "hardbreak") else child.content for child in block.children or []
    ).strip()
