"""Puts the chosen capacity on each signed-in request."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.services import SESSION_KEY

SAFE = ("GET", "HEAD", "OPTIONS")


class ActingForMiddleware:
    """The capacity chosen in the account menu lives in the session; an expired one is ignored at once."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            chosen = request.session.get(SESSION_KEY)
            request.user.act_as(chosen)
            if chosen is not None and (request.user.acting is None or request.user.acting.pk != chosen):
                return self._ended(request)
        return self.get_response(request)

    def _ended(self, request):
        """The capacity is over: say so, and do nothing that was sent from a page of it, in no other capacity either."""
        del request.session[SESSION_KEY]
        if request.method in SAFE:
            messages.warning(request, _("The capacity you acted in has ended. You now act in your own role."))
            return self.get_response(request)
        messages.warning(request, _("The capacity you acted in has ended. Nothing was done."))
        return redirect("home")
