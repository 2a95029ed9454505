"""Talks to the provider of single sign-on: the authorization code flow of OpenID Connect with PKCE, state and nonce.

allauth's adapter knows the protocol; what it is lenient about is strict here: the signature of the ID token is checked
whatever way it came, and so are nonce and issuer. Nothing of the provider is kept but who somebody is there.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare

log = logging.getLogger(__name__)

STATE = "single_sign_on"
SECONDS = 600
SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
KNOWN_FOR = 3600


class Refusal(Exception):
    """The provider's answer cannot be used; why stands in the server's log and not on the page."""


@dataclass(frozen=True)
class Recognised:
    """Whom the provider has recognised."""

    issuer: str
    subject: str
    email: str
    """The address in lower case where the provider has verified it, else empty."""
    with_factor: bool
    """Whether the provider says that it asked for more than a password."""


class _Adapter(OpenIDConnectOAuth2Adapter):
    """allauth's adapter for the one provider of the settings; nothing is looked up in the database."""

    def __init__(self, request):
        super().__init__(request, "sso")

    def get_provider(self):
        found = settings.SINGLE_SIGN_ON
        server = {"server_url": found["issuer"].rstrip("/")}
        app = SocialApp(provider="openid_connect", provider_id="sso", name=found["name"], settings=server)
        app.client_id, app.secret = found["client_id"], found["client_secret"]
        return OpenIDConnectProvider(self.request, app=app)

    @property
    def openid_config(self) -> dict:
        """What the provider says about itself, asked for once an hour."""
        key = f"sso:{settings.SINGLE_SIGN_ON['issuer']}"
        found = cache.get(key)
        if found is None:
            self.__dict__.pop("_openid_config", None)
            found = super().openid_config
            if found.get("issuer") != settings.SINGLE_SIGN_ON["issuer"]:
                raise Refusal("the provider calls itself by another name than OIDC_ISSUER")
            cache.set(key, found, KNOWN_FOR)
        return found

    def get_callback_url(self, request, app) -> str:
        """One address, whatever language is read: providers compare it letter by letter."""
        with translation.override(settings.LANGUAGE_CODE):
            return request.build_absolute_uri(reverse("accounts:sso_back"))


def begin(request, wanted: str) -> str:
    """The address at the provider; what its answer must fit stays in the session, for ten minutes and one use."""
    adapter = _Adapter(request)
    challenge = generate_code_challenge()
    kept = {
        "state": secrets.token_urlsafe(32),
        "nonce": secrets.token_urlsafe(32),
        "verifier": challenge["code_verifier"],
        "at": int(time.time()),
        "next": wanted,
    }
    provider = adapter.get_provider()
    try:
        client, where = adapter.get_client(request, provider.app), adapter.authorize_url
    except (requests.RequestException, ValueError, KeyError) as fault:
        raise Refusal(f"the provider does not answer: {fault}") from fault
    request.session[STATE] = kept
    more = {
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": challenge["code_challenge"].decode(),
        "code_challenge_method": challenge["code_challenge_method"],
    }
    return client.get_redirect_url(where, provider.get_default_scope(), more)


def finish(request) -> tuple[Recognised, str]:
    """(who, where they wanted to go) from the provider's answer. Raises Refusal."""
    kept: Mapping[str, Any] | None = request.session.pop(STATE, None)
    given = request.GET.get("state", "")
    if not kept or not constant_time_compare(given, kept["state"]):
        raise Refusal("the state is not the one that was sent")
    if not 0 <= time.time() - kept["at"] <= SECONDS:
        raise Refusal("the answer came too late")
    if "code" not in request.GET:
        raise Refusal(f"no code: {request.GET.get('error', '')[:60]!r}")
    try:
        return _recognised(request, kept), kept["next"]
    except (OAuth2Error, requests.RequestException, jwt.PyJWTError) as fault:
        raise Refusal(str(fault)) from fault
    except (KeyError, ValueError, TypeError, AttributeError) as fault:
        raise Refusal(f"the answer cannot be read: {fault!r}") from fault


def _recognised(request, kept: Mapping[str, Any]) -> Recognised:
    adapter = _Adapter(request)
    app = adapter.get_provider().app
    client = adapter.get_client(request, app)
    answer = adapter.get_access_token_data(request, app, client, pkce_code_verifier=kept["verifier"])
    claims = _opened(answer["id_token"], adapter.openid_config, app.client_id)
    if not constant_time_compare(str(claims.get("nonce", "")), kept["nonce"]):
        raise Refusal("the nonce is not the one that was sent")
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if len(audience) > 1 and claims.get("azp") != app.client_id:
        raise Refusal("the ID token was made for another client")
    person = claims if "email" in claims else _userinfo(adapter, answer["access_token"], claims["sub"])
    verified = person.get("email_verified") is True
    return Recognised(
        issuer=settings.SINGLE_SIGN_ON["issuer"],
        subject=str(claims["sub"]),
        email=str(person.get("email", "")).strip().lower() if verified else "",
        with_factor=used_a_factor(claims),
    )


def _opened(token: str, config: Mapping[str, Any], client_id: str) -> dict:
    """What an ID token says, once signature, issuer, audience and time are right."""
    header = jwt.get_unverified_header(token)
    if header.get("alg") not in SIGNED_WITH:
        raise Refusal("the ID token is signed in a way that is not taken")
    with get_adapter().get_requests_session() as session:
        answer = session.get(config["jwks_uri"])
        answer.raise_for_status()
    keys = jwt.PyJWKSet.from_dict(answer.json()).keys
    fitting = [key for key in keys if key.key_id == header["kid"]] if "kid" in header else keys
    if len(fitting) != 1:
        raise Refusal("the provider has no such key, or does not say which one it used")
    return jwt.decode(
        token,
        fitting[0].key,
        algorithms=[header["alg"]],
        issuer=config["issuer"],
        audience=client_id,
        leeway=60,
        options={"require": ["iss", "sub", "aud", "exp", "iat"]},
    )


def _userinfo(adapter: _Adapter, access_token: str, subject: str) -> dict:
    """Providers that keep the address out of the ID token tell it here; of the same person only."""
    found = adapter._fetch_user_info(access_token)
    if found.get("sub") != subject:
        raise Refusal("the provider speaks of two different people")
    return found


def used_a_factor(claims: Mapping[str, Any]) -> bool:
    """`amr` names "mfa" (RFC 8176), or `acr` is the level that OIDC_MFA_ACR calls a second factor."""
    methods, level = claims.get("amr"), settings.SINGLE_SIGN_ON["mfa_acr"]
    return (isinstance(methods, list) and "mfa" in methods) or bool(level and claims.get("acr") == level)
