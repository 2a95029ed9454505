"""Who is asking: nobody is sent to the sign-in page, the time of a session, the chosen capacity, saved views."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.shortcuts import redirect, resolve_url
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.devices import remember
from accounts.pages import is_kept
from accounts.selectors.kept import kept_views
from accounts.selectors.sessions import why_ended
from accounts.services import SESSION_KEY
from accounts.sessions import has_run_out, run_out, stored_name, use_again
from workflow.answers import json_answer, wants_json

SAFE = ("GET", "HEAD", "OPTIONS")


class SignInMiddleware(LoginRequiredMiddleware):
    """Every page asks for a sign-in. A script whose session has ended is told so, and keeps what it has; a person reads
    why on the sign-in page."""

    def handle_no_permission(self, request, view_func):
        if wants_json(request):
            sentence = _("Your session has ended. Sign in again; your entries are still here.")
            url = resolve_url(self.get_login_url(view_func))
            return json_answer({"sign_in": url, "sentence": sentence}, status=401)
        if key := request.COOKIES.get(settings.SESSION_COOKIE_NAME):
            why = why_ended(stored_name(key))
            said = _("Your session has ended: %(why)s. Sign in again.") if why else _("Your session has ended.")
            messages.info(request, said % {"why": why})
        return super().handle_no_permission(request, view_func)


class ActingForMiddleware:
    """The capacity chosen in the account menu lives in the session; an expired one is ignored at once."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and getattr(request, "supporter", None) is None:
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
        sentence = _("The capacity you acted in has ended. Nothing was done.")
        if wants_json(request):
            return json_answer({"closed": sentence, "again": True}, status=409)  # a kept draft is sent again later
        messages.warning(request, sentence)
        return redirect("home")


class SessionUseMiddleware:
    """Using the portal keeps the session; asking how long it lasts does not, and neither does a page that asks by
    itself how far some work has come (`X-Background`): a forgotten window must not stay signed in for ever. A session
    whose time is over ends here, whatever the stores still hold; a browser somebody signed in on is known from then
    on."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if has_run_out(request.session):
            run_out(request.session)
            request.user = AnonymousUser()
        response = self.get_response(request)
        if email := getattr(request, "known_from_now_on", ""):
            remember(request, response, email)
        return response

    def process_view(self, request, view_func, args, kwargs):
        """Once the address is known."""
        by_itself = request.resolver_match.view_name == "accounts:session" or "X-Background" in request.headers
        if request.user.is_authenticated and not by_itself:
            use_again(request)


class OwnPagesMiddleware:
    """A signed-in reader's pages stay in no browser's store: whoever uses the device next cannot page back to them."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated:
            if not response.has_header("Cache-Control"):
                response.headers["Cache-Control"] = "private, no-store"
            elif response.get("Content-Type", "").startswith("text/html"):
                patch_cache_control(response, private=True, no_store=True)  # public pages too: they name their reader
        return response


class SavedViewsMiddleware:
    """Puts a reader's saved views on pages that keep some, and opens such a page with the view chosen for it.

    Only the bare address opens with a view, by leading to it, so that what is shown always stands in the address;
    `?view=all` asks for everything.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, args, kwargs):
        """Nothing is read from the database unless the page is opened bare or shows its tabs."""
        name = request.resolver_match.view_name
        if not request.user.is_authenticated or not is_kept(name):
            return None
        request.kept = kept = SimpleLazyObject(lambda: kept_views(request.user, name))
        request.everything = SimpleLazyObject(lambda: "?view=all" if kept.default else "")
        bare = request.method in SAFE and not request.META.get("QUERY_STRING") and "HX-Request" not in request.headers
        if bare and kept.default:
            return redirect(f"{request.path}?{kept.default.query}")
        return None
