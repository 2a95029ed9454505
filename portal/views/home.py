"""Landing page and role homes."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render


@login_not_required
def landing(request):
    return render(request, "base.html")


def home(request):
    return render(request, "base.html")
