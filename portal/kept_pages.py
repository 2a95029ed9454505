"""Pages with filters in their address, where readers keep views under a name."""

from django.utils.translation import gettext_lazy as _

PAGES = {
    "regions:needs": _("Training needs"),
    "regions:queue": _("Review queue"),
    "regions:province_queue": _("Review queue"),
    "programs:catalogue": _("Training programmes"),
    "programs:mine": _("Programmes on offer"),
    "partnerships:proposals": _("Proposals"),
    "partnerships:agreements": _("Partnerships"),
    "partnerships:reviews": _("Reviews"),
    "partnerships:demand": _("Demand by province and competency"),
    "partnerships:briefs": _("Demand briefs"),
    "participants:nominations": _("Participants"),
    "participants:evaluations": _("Evaluation"),
    "participants:corrections": _("Requests about personal data"),
    "forum:threads": _("Forum"),
    "forum:questions": _("Questions and answers"),
    "forum:meetings": _("Meetings"),
    "forum:actions": _("Action points"),
    "accounts:people": _("Users"),
    "accounts:delegations": _("Delegations"),
    "dashboard": _("Dashboard"),
}
"""Name of the address: what its page is called. Addresses with arguments keep no views: they are about one record."""
