"""In and out: sign-in, sign-out, a new password by e-mail."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth import views as django_views
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import proof, security_lines, throttle
from accounts.forms import NewPasswordForm, PasswordLetterForm, SignInForm
from accounts.selectors.factors import has_factor
from accounts.services.factors import note_change
from accounts.services.sessions import end_for_new_password
from accounts.tasks import password_link_soon


def next_address(request) -> str:
    """Where to go after signing in; never to another site."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    here = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted.startswith("/") and here else ""


def home_of(user) -> str:
    """The person's home in the person's language."""
    with translation.override(user.language):
        return reverse("home")


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request):
    """Sign in by e-mail and password."""
    if request.user.is_authenticated:
        return redirect(next_address(request) or "home")
    form, status = SignInForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        user, status = _recognise(request, form)
        if user is not None:
            return arrive(request, user, next_address(request))
    return sign_in_page(request, form, next_address(request), status)


def sign_in_page(request, form, wanted: str, status: int):
    """The page with its form and, where there is one, the way over another sign-in."""
    context = {"form": form, "next": wanted, "sso": settings.SINGLE_SIGN_ON}
    response = render(request, "accounts/login.html", context, status=status)
    if status == 429:
        response["Retry-After"] = str(throttle.WINDOW)
    return response


def arrive(request, user, wanted: str, factor: str = ""):
    """The password was right, or a provider has vouched: whoever has a second factor is asked for it now."""
    if not factor and has_factor(user):
        proof.hold(request, user, wanted)
        return redirect("accounts:code")
    proof.sign_in(request, user, factor)
    return redirect(wanted or home_of(user))


def _recognise(request, form):
    """(user, 200), or (None, status) with the reason on the form."""
    if not form.is_valid():
        return None, 400
    email = form.cleaned_data["email"].lower()
    tries = throttle.SignInTries(request, email)
    if not tries.take():
        security_lines.refused(request, "tries_used_up", email)
        form.refuse_for_now()
        return None, 429
    user = auth.authenticate(request, username=email, password=form.cleaned_data["password"])
    if user is None:
        security_lines.refused(request, "wrong_password", email)
        form.refuse()
        return None, 400
    tries.succeeded()
    return user, 200


@login_not_required
@require_POST
def logout(request):
    """Sign out; by POST only, so that no link or picture on another site can do it."""
    auth.logout(request)
    messages.success(request, _("You are signed out."))
    response = redirect("landing")
    response["Clear-Site-Data"] = '"cache"'  # not "storage": drafts stay on the device, sealed (docs/offline.md)
    return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def password_reset(request):
    """Ask for a link by e-mail. The answer is the same whether the address is known or not."""
    form = PasswordLetterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if throttle.letter_tries(email).take() and throttle.network_letters(request).take():
            password_link_soon(email)
        return redirect("accounts:password_reset_done")
    status = 400 if form.errors else 200
    return render(request, "accounts/password_reset.html", {"form": form}, status=status)


@login_not_required
def password_reset_done(request):
    """What happens next."""
    return render(request, "accounts/password_reset_done.html")


class PasswordResetConfirm(django_views.PasswordResetConfirmView):
    """Behind the link: the token moves into the session, so that it does not stay in the address."""

    form_class = NewPasswordForm
    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("accounts:password_reset_complete")

    def form_valid(self, form):
        """Whoever knew the former password is out; whoever opened the letter is known on this browser, so that nobody
        who guesses elsewhere keeps them from signing in."""
        response = super().form_valid(form)
        end_for_new_password(self.user)
        self.user.act_as(None)
        note_change(self.user, "change_password", self.user)
        self.request.known_from_now_on = self.user.email
        return response


@login_not_required
def password_reset_complete(request):
    """The new password counts."""
    return render(request, "accounts/password_reset_complete.html")
