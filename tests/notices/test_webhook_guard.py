"""Where a webhook may lead: hostile addresses as they are typed, and hostile answers of name servers."""

from __future__ import annotations

import time

import pytest

from notices.services.webhooks import guard

TYPED = """
http://mitra.example/hook
ftp://mitra.example/hook
file:///etc/passwd
gopher://mitra.example/
javascript:alert(1)
//mitra.example/hook
mitra.example/hook
https://
https:///hook
https://user@mitra.example/
https://user:pass@mitra.example/
https://mitra.example@127.0.0.1/
https://127.0.0.1#@mitra.example/
https://mitra.example/#part
https://mitra.example/a b
https://mitra.example\\@127.0.0.1/
https://mitra.example:22/
https://mitra.example:25/
https://mitra.example:80/
https://mitra.example:0/
https://mitra.example:65536/
https://mitra.example:-1/
https://mitra.example:https/
https://127.0.0.1/
https://127.1/
https://127.0.1/
https://2130706433/
https://0x7f000001/
https://0x7f.0.0.1/
https://0177.0.0.1/
https://017700000001/
https://0/
https://0.0.0.0/
https://8.8.8.8/
https://169.254.169.254/latest/meta-data/
https://[::1]/
https://[::]/
https://[::ffff:127.0.0.1]/
https://[::ffff:7f00:1]/
https://[64:ff9b::7f00:1]/
https://[2002:7f00:1::]/
https://[2001:4860:4860::8888]/
https://[fe80::1%25eth0]/
https://[fd00:ec2::254]/
https://\uff11\uff12\uff17.\uff10.\uff10.\uff11/
https://127\u30020\u30020\u30021/
https://\u2460\u2461\u2466.0.0.1/
https://localhost/
https://LOCALHOST./
https://localhost:8443/
https://db.localhost/
https://redis/
https://printer.local/
https://metadata.google.internal/computeMetadata/v1/
https://instance-data.ec2.internal/
https://intern.lan/
https://1.0.0.127.in-addr.arpa/
https://mitra..example/
https://-mitra.example/
https://mitra-.example/
https://mitra.example%00.evil.example/
https://mitra.example\t/
https://sinergi.kemnaker.example/webhook/
https://{long}.example/
https://mitra.example/{longer}
""".strip().splitlines()


@pytest.fixture(autouse=True)
def _the_portal(settings):
    settings.SITE_URL = "https://sinergi.kemnaker.example"


@pytest.mark.parametrize("typed", TYPED)
def test_a_hostile_address_is_refused_when_it_is_typed(typed):
    typed = typed.replace("{longer}", "a" * 500).replace("{long}", "a" * 64)
    with pytest.raises(guard.Unfit):
        guard.checked_url(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://mitra.example/hook", "https://mitra.example/hook"),
        ("https://mitra.example", "https://mitra.example/"),
        ("  https://Mitra.Example:443/Hook?key=A%20b&x=1 ", "https://mitra.example/Hook?key=A%20b&x=1"),
        ("https://mitra.example:8443/", "https://mitra.example:8443/"),
        ("https://mitra.example./", "https://mitra.example/"),
        ("https://m\u00fcller.example/\u00fc", "https://xn--mller-kva.example/%C3%BC"),
        ("https://3com.example/", "https://3com.example/"),
        ("https://hooks.mitra.go.jp/a//b/../c", "https://hooks.mitra.go.jp/a//b/../c"),
    ],
)
def test_an_address_is_kept_in_one_spelling(typed, kept):
    assert guard.checked_url(typed).url == kept
    assert guard.checked_url(kept).url == kept


def test_without_tls_only_where_a_developer_says_so(settings):
    settings.WEBHOOK_HTTP = True
    assert guard.checked_url("http://mitra.example:8080/").url == "http://mitra.example:8080/"


NOT_PUBLIC = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.254 127.0.0.1 127.255.255.255
168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1
192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255
240.0.0.1 255.255.255.255
:: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 ::8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1
2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1 fc00::1
fd00:ec2::254 fdff::1 fe80::1 fe80::1%1 fec0::1 ff02::1 ff0e::1 4000::1 5f00::1 8000::1 e000::1
""".split()
PUBLIC = """
1.1.1.1 8.8.8.8 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 172.15.255.255 172.32.0.1 169.253.1.1
192.0.1.1 192.167.255.255 198.17.255.255 198.20.0.1 223.255.255.255 2001:200::1 2001:4860:4860::8888 2400:cb00::1
2a00:1450:4001::1 2606:4700::1111
""".split()


def to(*addresses: str):
    """A name server that says these addresses."""
    return lambda host, port: list(addresses)


MITRA = guard.Target("https", "mitra.example", 443, "/")


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_name_that_leads_inside_is_refused_even_beside_a_public_address(address):
    for said in ([address], ["8.8.8.8", address], [address, "2001:4860:4860::8888"]):
        with pytest.raises(guard.Unfit):
            guard.addresses_of(MITRA, resolver=to(*said))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_name_that_leads_to_the_public_network_is_called(address):
    assert [str(found) for found in guard.addresses_of(MITRA, resolver=to(address))] == [address]


def test_a_name_that_leads_nowhere_is_told_like_one_that_leads_inside():
    said = []
    for resolver in (to(), to("10.0.0.1"), to("no address"), _unknown):
        with pytest.raises(guard.Unfit) as refused:
            guard.addresses_of(MITRA, resolver=resolver)
        said.append(str(refused.value))
    assert len(said) == 4 and len(set(said)) == 1


def _unknown(host, port):
    raise OSError("Name or service not known")


def test_a_name_server_that_keeps_silent_is_not_waited_for():
    began = time.monotonic()
    with pytest.raises(guard.Unfit):
        guard.addresses_of(MITRA, resolver=lambda host, port: time.sleep(2) or ["8.8.8.8"], patience=0.1)
    assert time.monotonic() - began < 1


def test_networks_of_the_operator_are_allowed_and_nothing_else(settings):
    settings.WEBHOOK_ALLOWED_ADDRESSES = ["10.20.0.0/16", "fd12::/16"]
    assert guard.addresses_of(MITRA, resolver=to("10.20.3.4", "fd12::5", "8.8.8.8"))
    assert guard.checked_url("https://hub/").host == "hub"
    for inside in ("10.21.0.1", "127.0.0.1", "::1", "::ffff:10.20.3.4", "169.254.169.254"):
        with pytest.raises(guard.Unfit):
            guard.addresses_of(MITRA, resolver=to(inside))
    for number in ("https://10.20.3.4/", "https://0xa140304/", "https://[fd12::5]/"):
        with pytest.raises(guard.Unfit):
            guard.checked_url(number)


def test_the_system_is_asked_for_every_address_of_a_name():
    found = guard.resolve("localhost", 443)
    assert found and set(found) <= {"127.0.0.1", "::1"}
