"""Components with places to fill in: pages give content, `templates/components/` keeps markup (docs/design-system.md).

    {% component "components/page_head.html" title=need.title %}
      {% slot "actions" %}<a class="btn btn-primary" href="…">…</a>{% endslot %}
    {% endcomponent %}

Inside, each slot is a variable of its name, and what stands outside of any slot is `body`. Nothing else is known.
A slot that ends up empty is false, so that a component leaves its frame out.
"""

from __future__ import annotations

from django import template
from django.template.base import token_kwargs
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_SLOTS = "_slots_of_the_component"


def _trimmed(html: str) -> SafeString:
    return mark_safe(html.strip())  # noqa: S308 - rendered by a template, which escapes


class ComponentNode(template.Node):
    """Renders its content first, then the component with the slots found in it."""

    def __init__(self, name, values, nodelist):
        self.name, self.values, self.nodelist = name, values, nodelist

    def render(self, context):
        slots: dict[str, str] = {}
        with context.push(**{_SLOTS: slots}):
            body = self.nodelist.render(context)
        values = {key: value.resolve(context) for key, value in self.values.items()}
        inner = context.new({**values, **slots, "body": _trimmed(body)})
        for name in ("csrf_token", "request"):
            if name in context:
                inner[name] = context[name]
        return context.template.engine.get_template(self.name.resolve(context)).render(inner)


class SlotNode(template.Node):
    """Keeps its content for the component around it and writes nothing here."""

    def __init__(self, name, nodelist):
        self.name, self.nodelist = name, nodelist

    def render(self, context):
        context[_SLOTS][self.name.resolve(context)] = _trimmed(self.nodelist.render(context))
        return ""


@register.tag
def component(parser, token):
    """{% component "components/name.html" key=value … %}…{% endcomponent %}"""
    _tag, name, *rest = token.split_contents()
    values = token_kwargs(rest, parser)
    if rest:
        raise template.TemplateSyntaxError(f"component takes key=value only, not {rest[0]!r}.")
    nodelist = parser.parse(("endcomponent",))
    parser.delete_first_token()
    return ComponentNode(parser.compile_filter(name), values, nodelist)


@register.tag
def slot(parser, token):
    """{% slot "name" %}…{% endslot %} inside a component."""
    _tag, name = token.split_contents()
    nodelist = parser.parse(("endslot",))
    parser.delete_first_token()
    return SlotNode(parser.compile_filter(name), nodelist)
