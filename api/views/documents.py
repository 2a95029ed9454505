"""What the interface tells of itself: its description for programs, and the answer at addresses that do not exist."""

from __future__ import annotations

import json

from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator

from api.resource import Resource
from api.views.base import ApiView, encode, json_response

_made: dict[str, tuple[dict, bytes]] = {}


def described() -> dict:
    """The OpenAPI document in the present language; made once per process and language."""
    return _document()[0]


def _document() -> tuple[dict, bytes]:
    language = get_language() or "id"
    if language not in _made:
        found = SchemaGenerator().get_schema(request=None, public=True)
        found["info"]["description"] = _(
            "Training needs, programmes and partnerships of Sinergi for programs: "
            "the same reads, forms and acts as the pages."
        )
        content = encode(found)
        _made[language] = (json.loads(content), content)
    return _made[language]


class _Itself(Resource):
    name, public, unscoped = "description", True, True


class OpenApiView(ApiView):
    """The description, in the reader's language."""

    resource = _Itself()

    def get(self, request):
        """The document."""
        return json_response(request._request, _document()[1], headers={"Cache-Control": "public, max-age=300"})


class LostView(ApiView):
    """Any other address below /api/v1/."""

    resource = _Itself()

    def initial(self, request, *args, **kwargs):
        """Nothing is here, for nobody."""
        self._count(request, None, None)
        raise Http404
