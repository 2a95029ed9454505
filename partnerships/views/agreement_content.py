"""What is written down about an agreement: its content, regions, action plan, grant, clauses."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from partnerships.forms.agreement_lists import ActionPlanForm, RegionsForm
from partnerships.forms.agreements import ClauseForm, ContentForm, GrantForm
from partnerships.rules import agreements as rules
from partnerships.selectors import agreements as selectors
from partnerships.services import agreements as services
from partnerships.services.versions import proposed
from partnerships.views.agreements import form_page, sent


@require_http_methods(["GET", "HEAD", "POST"])
def edit_agreement(request, code):
    """The content: subject, scope, costs, place, validity."""
    agreement = selectors.get_agreement(request.user, code)
    if not rules.may_edit_content(request.user, agreement):
        raise PermissionDenied("partnerships.agreement.edit")

    def save(form):
        services.save_content(agreement, request.user, form.values, version=form.cleaned_data["version"])
        return _("The content of %(code)s was saved.") % {"code": agreement.code}

    future = proposed(agreement)
    form = ContentForm(*sent(request), instance=future, user=request.user)
    lead = AMENDED if future is not agreement or agreement.signed_on else ACEH if agreement.in_aceh else ""
    return form_page(request, agreement, form, title=_("Change the content"), button=_("Save"), save=save, lead=lead)


AMENDED = gettext_lazy(
    "What you write here is a proposal. The signed content stays valid until the amendment is signed."
)
ACEH = gettext_lazy(
    "Aceh cooperates abroad by rules of its own (Perpres 11/2010). Check them beside those of other regions."
)


@require_http_methods(["GET", "HEAD", "POST"])
def regions(request, code):
    """The list of regions, by code and name."""
    agreement = selectors.get_agreement(request.user, code)
    if not rules.may_edit_content(request.user, agreement):
        raise PermissionDenied("partnerships.agreement.regions")

    def save(form):
        values = {"region_codes": form.codes}
        services.save_content(agreement, request.user, values, version=form.cleaned_data["version"])
        return _("The regions of %(code)s were saved.") % {"code": agreement.code}

    form = RegionsForm(*sent(request), agreement=proposed(agreement))
    lead = AMENDED if agreement.signed_on else _("Offices of the regions on this list read the agreement.")
    more = {"places": [selectors.region_label(region, form.places) for region in form.places]}
    return form_page(
        request,
        agreement,
        form,
        title=_("Regions"),
        button=_("Save"),
        save=save,
        lead=lead,
        template="partnerships/agreements/regions.html",
        more=more,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def action_plan(request, code):
    """The action plan that is annexed to an agreement of ministry and region."""
    agreement = selectors.get_agreement(request.user, code)
    if not rules.may_plan_actions(request.user, agreement):
        raise PermissionDenied("partnerships.agreement.action_plan")

    def save(form):
        services.save_action_plan(agreement, request.user, form.rows, version=form.cleaned_data["version"])
        return _("The action plan of %(code)s was saved.") % {"code": agreement.code}

    form = ActionPlanForm(*sent(request), agreement=proposed(agreement))
    lead = _("Activities, places, who is responsible and when. Lines you empty are dropped; each saving adds new ones.")
    return form_page(
        request,
        agreement,
        form,
        title=_("Action plan"),
        button=_("Save"),
        save=save,
        lead=lead,
        template="partnerships/agreements/action_plan.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def grant(request, code):
    """The grant's registration."""
    agreement = selectors.get_agreement(request.user, code)
    if not rules.may_keep_grant(request.user, agreement):
        raise PermissionDenied("partnerships.agreement.grant")

    def save(form):
        services.save_grant(agreement, request.user, form.values, version=form.cleaned_data["version"])
        return _("The grant of %(code)s was saved.") % {"code": agreement.code}

    form = GrantForm(*sent(request), instance=agreement)
    lead = _(
        "A course paid by the partner abroad is usually not booked as a grant; "
        "equipment and activities in the country are."
    )
    return form_page(request, agreement, form, title=_("Grant registration"), button=_("Save"), save=save, lead=lead)


@require_http_methods(["GET", "HEAD", "POST"])
def clauses(request, code):
    """The Legal Bureau's checklist."""
    agreement = selectors.get_agreement(request.user, code)
    if not rules.may_check_clauses(request.user, agreement):
        raise PermissionDenied("partnerships.agreement.clauses")

    def save(form):
        data = form.cleaned_data
        services.save_clauses(agreement, request.user, data["clauses"], version=data["version"])
        return _("The checklist of %(code)s was saved.") % {"code": agreement.code}

    ticked = [code for code, there in agreement.clauses.items() if there]
    present = {"clauses": ticked, "version": agreement.version}
    form = ClauseForm(*sent(request), initial=present)
    lead = _("Tick what the present text settles. A new version of the text starts the list anew.")
    return form_page(request, agreement, form, title=_("Clause checklist"), button=_("Save"), save=save, lead=lead)
