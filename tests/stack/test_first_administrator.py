"""A fresh portal has nobody who could invite; a command on the server opens the door once."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.roles import Role

pytestmark = pytest.mark.django_db


def link_for(email: str = "Admin@portal.example") -> str:
    """The path that the command prints."""
    printed = StringIO()
    call_command("firstadmin", email, "Administrator Portal", stdout=printed)
    address = printed.getvalue().splitlines()[-1]
    return address.partition("localhost:8000")[2]


def test_the_link_makes_the_first_administrator_who_may_then_invite(client, ppsdm):
    link = link_for()
    password = "kereta-senja-14-melati"
    form = client.get(link).context["form"]
    answer = client.post(link, {name: password for name in form.fields if "password" in name})
    assert answer.status_code == 302
    user = client.get(answer.url, follow=True).wsgi_request.user
    assert (user.email, user.name, user.acting_role) == ("admin@portal.example", "Administrator Portal", Role.ADMIN)
    assert client.get(reverse("accounts:people")).status_code == 200


def test_a_new_link_replaces_the_former_one(client, ppsdm):
    former = link_for()
    link_for()
    assert "form" not in (client.get(former).context or {})


def test_with_an_administrator_in_office_it_refuses(administrator):
    with pytest.raises(CommandError, match="There is an administrator already"):
        link_for()


def test_without_reference_data_it_says_what_comes_first(db):
    with pytest.raises(CommandError, match="Run manage.py loadreference first"):
        link_for()


def test_a_partner_is_not_a_place_for_an_administrator(jica):
    with pytest.raises(CommandError, match="only for units of the ministry"):
        call_command("firstadmin", "admin@example.test", "Administrator", "--unit", "JICA")


def test_nonsense_is_not_an_address(ppsdm):
    with pytest.raises(CommandError, match="nonsense is not an e-mail address"):
        link_for("nonsense")
