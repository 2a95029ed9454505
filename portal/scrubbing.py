"""Takes personal data and secrets out of texts that leave for a log or a report of an error.

A log line is read by people who may see none of it, and is kept where the portal cannot erase it. What is known to be
personal is taken out by its form; what an exception quotes is taken out unless it names a part of the program, because
databases and mail servers repeat in their messages what they were given.
"""

from __future__ import annotations

import re

_PATTERNS = (
    # what PostgreSQL repeats of a row or a statement, up to its next heading, frame or exception
    (
        re.compile(
            r"(?s)\b(DETAIL|CONTEXT|STATEMENT|QUERY|LINE \d+):.*?"
            r"(?=\n *(?:HINT|DETAIL|CONTEXT|STATEMENT|QUERY):|\n *File \"|\n+(?:Traceback|The above|During)|\Z)"
        ),
        r"\1: […]",
    ),
    # secrets by their name: cookies, headers, parameters
    (re.compile(r"(?im)\b((?:set-)?cookie|(?:proxy-)?authorization)(['\"]?\s*[:=]\s*).*$"), r"\1\2[…]"),
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[\w.~+/=-]{12,}"), r"\1 […]"),
    (
        re.compile(
            r"(?i)((?:sessionid|csrftoken|csrfmiddlewaretoken|passw(?:or)?d|secret|token|api[_-]?key|dsn)['\"]?\s*[:=]\s*)"
            r"(?:'[^']*'|\"[^\"]*\"|[^\s,;&'\"}\])]+)"
        ),
        r"\1[…]",
    ),
    (re.compile(r"(?i)\b([a-z][a-z0-9+]{1,20}://)[^\s/@'\"]*@"), r"\1[…]@"),
    # addresses that open something without a sign-in, or name one record's secret
    (
        re.compile(
            r"(/(?:kalender|undangan|berhenti|pekerjaan|unggahan|sandi/baru)/)(?!libur\b)[^\s\"'<>?]+",
        ),
        r"\1[…]",
    ),
    # what was searched for
    (re.compile(r"((?:/|\.\w{2,5})[\w./-]{0,200})\?[^\s\"'<>]+"), r"\1?[…]"),
    # people: e-mail addresses (workers call themselves celery@host), staff numbers (18 digits, also in groups),
    # identity numbers (16)
    (re.compile(r"(?<![\w.+%-])(?!celery@)[\w.+%-]{1,200}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63})*"), "[e-mail]"),
    (re.compile(r"(?<![\w.])\d{8}[ .]\d{6}[ .]\d[ .]\d{3}(?!\w)"), "[number]"),
    (re.compile(r"(?<!\w)(?:\d{18}|\d{16})(?!\w)"), "[number]"),
    # network addresses, as gunicorn names them
    (re.compile(r"\bip=[0-9A-Fa-f.:\[\]]+"), "ip=[…]"),
    # telephone numbers
    (re.compile(r"(?<![\w.:])(?:\+62|08)[\d -]{8,14}\d(?!\w)"), "[number]"),
)


LONGEST = 20_000
"""Letters of a message that are kept."""


def scrub(text: str) -> str:
    """The text without what is known to be personal or secret."""
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]} […]"
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


_NAMES_CODE = {"AttributeError", "NameError", "ImportError", "ModuleNotFoundError", "TypeError", "KeyError"}
_NAMES_CODE |= {"TemplateDoesNotExist", "TemplateSyntaxError", "ImproperlyConfigured", "AppRegistryNotReady"}
"""Exceptions that quote names of the program."""
_QUOTED = re.compile(
    r"(?P<before>\b(?:constraint|relation|column|table|trigger|index|database|schema|function|role) )?"
    r"(?:'(?P<single>(?:\\.|[^'\\])*)'|\"(?P<double>(?:\\.|[^\"\\])*)\"|“[^”]*”|«[^»]*»)"
)
_NAME = re.compile(r"[A-Za-z_][\w.]{0,80}")


def said_by(kind: str, message: str) -> str:
    """What an exception of this type says, without what it quotes of its data."""

    def keep(found: re.Match) -> str:
        name = found["single"] or found["double"] or ""
        if _NAME.fullmatch(name) and (found["before"] or kind.rpartition(".")[2] in _NAMES_CODE):
            return found.group()
        return f"{found['before'] or ''}'…'"

    return scrub(_QUOTED.sub(keep, scrub(message)))


def about(error: BaseException) -> str:
    """What an exception says, for a line of the log."""
    return said_by(type(error).__name__, str(error))
