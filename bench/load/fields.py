"""A form of a page as a browser would send it: its fields with the values they were opened with."""

from __future__ import annotations

from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms: list[dict] = []
        self.area = self.select = ""

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name = given.get("name") or ""
        if tag == "form":
            self.forms.append({"action": given.get("action") or "", "method": given.get("method", "get"), "fields": {}})
        if not self.forms or "disabled" in given:
            return
        fields = self.forms[-1]["fields"]
        if tag == "input" and name and given.get("type") not in {"submit", "file", "button"}:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                fields[name] = given.get("value", "on" if given.get("type") == "checkbox" else "")
        elif tag == "textarea" and name:
            self.area, fields[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            fields[self.select] = given.get("value", "")

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""

    def handle_data(self, data):
        if self.area and self.forms:
            self.forms[-1]["fields"][self.area] += data


def form_with(page: str, wanted: str) -> dict | None:
    """{"action", "method", "fields"} of the first form that has this field, or an address with this end."""
    parser = _Forms()
    parser.feed(page)
    return next((f for f in parser.forms if wanted in f["fields"] or f["action"].endswith(wanted)), None)
