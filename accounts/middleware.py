"""Puts the chosen capacity on each signed-in request."""

from accounts.services import SESSION_KEY


class ActingForMiddleware:
    """The capacity chosen in the account menu lives in the session; an expired one is ignored at once."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            request.user.act_as(request.session.get(SESSION_KEY))
        return self.get_response(request)
