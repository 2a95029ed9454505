"""Its four pages: nothing, a list, one row, an insert."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from bench.bare.models import Item


def empty(request):
    """No query, no template."""
    return HttpResponse("ok")


@login_required
def rows(request):
    """Session, user, 25 rows by index."""
    return render(request, "bare/list.html", {"items": Item.objects.filter(owner=7).order_by("-pk")[:25]})


@login_required
def detail(request, pk: int):
    """Session, user, one row by its key."""
    return render(request, "bare/detail.html", {"item": Item.objects.get(pk=pk)})


def insert(request):
    """One row written and committed."""
    Item.objects.create(code=uuid.uuid4().hex, owner=1, title="t", body="b")
    return HttpResponse("ok")


urlpatterns = [
    path("empty/", empty),
    path("list/", rows),
    path("detail/<int:pk>/", detail),
    path("insert/", insert),
]
