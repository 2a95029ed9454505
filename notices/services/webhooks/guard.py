"""Where a webhook may lead: to a named server on the public network, and nowhere into our own.

Two doors, because an address is typed once and called for months: `checked_url` looks at what was typed, `addresses_of`
at what the name leads to at the moment of a call. Who calls connects to one of these addresses and asks no name server
again.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from django.conf import settings
from django.utils.translation import gettext as _

LONGEST = 500
TLS_PORT = 443
FREE_PORTS = range(1024, 65536)
"""Beside 443 only ports that no service of the system owns (mail, name server, shell): and even there nothing is said
before a certificate for the name was shown, so that no other protocol can be spoken to."""

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\\"<>^`{|}]")
INSIDE = frozenset("localhost local localdomain internal intranet lan home corp private arpa onion".split())
"""Last parts of names that never belong to the public network; metadata servers of clouds are among them."""

_NOT_PUBLIC_4 = tuple(
    ipaddress.ip_network(n)
    for n in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers; metadata of Alibaba Cloud
        "127.0.0.0/8",
        "168.63.129.16/32",  # the inside door of Azure, although it looks public
        "169.254.0.0/16",  # link-local; metadata of nearly every cloud
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
_GLOBAL_6 = ipaddress.ip_network("2000::/3")
"""All that is given out to servers. What carries an IPv4 address within (mapped, compatible, NAT64) lies outside."""
_NOT_PUBLIC_6 = tuple(
    ipaddress.ip_network(n)
    for n in (
        "2001::/23",  # protocols: Teredo, ORCHID, benchmarks
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


class Unfit(Exception):
    """This address cannot be called; the message is a sentence for whoever typed it."""


@dataclass(frozen=True)
class Target:
    """An address in its parts, as a call needs them."""

    scheme: str
    host: str
    port: int
    path: str
    """With its query."""

    @property
    def host_header(self) -> str:
        """The name as the server knows itself."""
        usual = {"https": 443, "http": 80}[self.scheme]
        return self.host if self.port == usual else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.scheme}://{self.host_header}{self.path}"


# --- What was typed -----------------------------------------------------------------------------------------


def checked_url(text: str) -> Target:
    """An address that may be called, in one spelling. Raises Unfit with a sentence that says what to change."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Unfit(_("Enter an address of at most %(count)d characters.") % {"count": LONGEST})
    if _UNSAFE.search(text):
        raise Unfit(_("The address holds a space or a character that no address has. Copy it once more."))
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Unfit(_("This is no address. Enter one such as https://sinergi.example.org/hook.")) from None
    if parts.scheme not in ("https", *(["http"] if settings.WEBHOOK_HTTP else [])):
        raise Unfit(_("The address must begin with https://."))
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise Unfit(_("Leave user name and password out of the address. Calls are signed with the secret."))
    if parts.fragment or text.endswith("#"):
        raise Unfit(_("Leave out what follows the # sign: it never reaches a server."))
    host = _checked_host(parts.hostname or "")
    port = _checked_port(parts.scheme, port)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=-._~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=-._~?[]")
    target = Target(parts.scheme, host, port, urlunsplit(("", "", path, query, "")))
    if len(target.url) > LONGEST:
        raise Unfit(_("Enter an address of at most %(count)d characters.") % {"count": LONGEST})
    return target


def _checked_host(host: str) -> str:
    """A name of a server in letters of the name service; no number in any spelling."""
    nameless = _("Enter the name of a server, such as sinergi.example.org: a certificate is made out to a name.")
    if not host or ":" in host or "%" in host:
        raise Unfit(nameless)
    try:
        # Dots and digits of other scripts become plain ones here, so that what follows sees what a resolver would see.
        plain = host.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        raise Unfit(_("The name of the server cannot be written in letters of the name service.")) from None
    labels = plain.split(".")
    if len(plain) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Unfit(nameless)
    if _NUMBER.fullmatch(labels[-1]) or all(_NUMBER.fullmatch(label) for label in labels):
        raise Unfit(nameless)
    if settings.WEBHOOK_ALLOWED_ADDRESSES:  # whoever allows networks of their own calls their servers by own names
        return plain
    if len(labels) < 2 or labels[-1] in INSIDE:
        raise Unfit(_("This name is known inside a network only. Enter the public name of the server."))
    if plain == urlsplit(settings.SITE_URL).hostname:
        raise Unfit(_("This is the address of the portal itself. Enter that of your own server."))
    return plain


def _checked_port(scheme: str, port: int | None) -> int:
    if port is None:
        return {"https": TLS_PORT, "http": 80}[scheme]
    if port != TLS_PORT and port not in FREE_PORTS:
        raise Unfit(_("Use port 443 or one from 1024 on."))
    return port


# --- What the name leads to ---------------------------------------------------------------------------------


def resolve(host: str, port: int) -> list[str]:
    """Every address a name leads to, in the order of the system."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(entry[4][0] for entry in found))


def addresses_of(target: Target, *, resolver: Callable[[str, int], list[str]] = resolve, patience: float = 5) -> list:
    """The addresses a call may connect to. Raises Unfit where the name leads nowhere or, with any one of its addresses,
    anywhere but to the public network: which of the two is told to nobody, so that nobody maps our networks by asking.
    """
    try:
        found = [ipaddress.ip_address(address) for address in _in_time(resolver, target, patience)]
    except (OSError, ValueError, UnicodeError):
        found = []
    if not found or not all(may_be_called(address) for address in found):
        raise Unfit(_("The name of the server leads to no public address."))
    return found


def may_be_called(address) -> bool:
    """Whether an address lies on the public network, or in a network the operator allowed."""
    if getattr(address, "scope_id", None):
        return False
    for network in settings.WEBHOOK_ALLOWED_ADDRESSES:
        allowed = ipaddress.ip_network(network, strict=False)
        if address.version == allowed.version and address in allowed:
            return True
    if address.version == 4:
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _GLOBAL_6 and not any(address in network for network in _NOT_PUBLIC_6)


def _in_time(resolver, target: Target, patience: float) -> list[str]:
    """What the resolver says, if it says so in time: name servers of a hostile domain may keep silent for minutes."""
    said: list = []

    def ask():
        try:
            said.append(list(resolver(target.host, target.port)))
        except Exception as error:  # of whatever kind: it is raised again for whoever waits
            said.append(error)

    asker = threading.Thread(target=ask, daemon=True, name="webhook-name")
    asker.start()
    asker.join(patience)
    if not said:
        raise TimeoutError(target.host)
    if isinstance(said[0], Exception):
        raise OSError(str(said[0])) from said[0]
    return said[0]
