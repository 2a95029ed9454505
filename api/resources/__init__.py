"""The resources of the interface, in the order of the documentation. Each module registers its own."""

import importlib
import importlib.util

NAMES = (
    "regions",
    "vocabularies",
    "organisations",
    "needs",
    "programmes",
    "suggestions",
    "allocations",
    "proposals",
    "agreements",
    "threads",
    "log",
    "kpis",
)

for _name in NAMES:
    if importlib.util.find_spec(f"api.resources.{_name}"):
        importlib.import_module(f"api.resources.{_name}")
