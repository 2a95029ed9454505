"""Saved views: keep the filters one is looking at, rename, share, delete, and choose what a page opens with."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import pages
from accounts.forms.kept import KeepViewForm, SavedViewForm
from accounts.rules.kept import may_change_view
from accounts.selectors import kept as selectors
from accounts.services import kept as services
from workflow.engine import Refused


def _address(view) -> str:
    """The page with the view's filters."""
    return f"{pages.page_url(view.page)}?{view.query}"


@require_safe
def views(request):
    """Every view one has, by page."""
    groups = [
        {
            "label": pages.page_label(page),
            "url": pages.page_url(page),
            "rows": [(view, may_change_view(request.user, view)) for view in found],
        }
        for page, found in selectors.all_kept(request.user)
    ]
    return render(request, "accounts/views.html", {"groups": groups})


@require_POST
def save(request):
    """Keep the filters of the page one comes from; with a mistake the form comes back with what was typed."""
    form = KeepViewForm(request.POST, user=request.user)
    if form.is_valid():
        data = form.cleaned_data
        try:
            view = services.save_view(request.user, page=data["page"], query=data["query"], **form.answers)
        except Refused as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
            return redirect(_address(view))
    page = request.POST.get("page", "")
    context = {"form": form, "label": pages.page_label(page) if pages.is_kept(page) else "", "view": None}
    context["back"] = pages.page_url(page)
    return render(request, "accounts/view.html", context, status=400)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request, pk: int):
    """Rename a view, share it, open the page with it."""
    view = _own(request, pk)
    initial = {"name": view.name, "shared": view.is_shared, "first": view.opens_first}
    form = SavedViewForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_view(view, actor=request.user, **form.answers)
        except Refused as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": form.answers["name"]})
            return redirect("accounts:views")
    context = {"form": form, "view": view, "label": pages.page_label(view.page), "back": _address(view)}
    return render(request, "accounts/view.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request, pk: int):
    """Delete a view, after a page that says what that means."""
    view = _own(request, pk)
    if request.method == "POST":
        services.remove_view(view, actor=request.user)
        messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
        return redirect("accounts:views")
    return render(request, "accounts/view_delete.html", {"view": view, "label": pages.page_label(view.page)})


@require_POST
def first(request, pk: int):
    """Open a page with this view from now on, or no longer. Everyone chooses for themselves, shared views too."""
    view = selectors.get_view(request.user, pk)
    chosen = request.POST.get("first") == "1"
    services.open_with(request.user, view, chosen)
    names = {"page": pages.page_label(view.page), "name": view.name}
    said = _("“%(page)s” now opens with “%(name)s”.") if chosen else _("“%(page)s” now opens without filters.")
    messages.success(request, said % names)
    return redirect("accounts:views")


def _own(request, pk: int):
    """A view that this person may change."""
    view = selectors.get_view(request.user, pk)
    if not may_change_view(request.user, view):
        raise PermissionDenied("accounts.view")
    return view
