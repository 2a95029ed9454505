"""Addresses of candidates, demand and proposals."""

from django.urls import path

from partnerships.views import proposal_batches, proposals, suggestions

urlpatterns = [
    path("kandidat/<str:code>/<int:position>/", suggestions.compare, name="compare"),
    path("mitra/permintaan/", suggestions.demand, name="demand"),
    path("program/<slug:slug>/permintaan/", suggestions.program_demand, name="program_demand"),
    path("usulan/", proposals.proposals, name="proposals"),
    path("usulan/baru/", proposals.propose, name="propose"),
    path("usulan/bersama/<slug:action>/<int:intake>/", proposal_batches.together, name="together"),
    path("usulan/<str:code>/", proposals.proposal, name="proposal"),
    path("usulan/<str:code>/<slug:action>/", proposals.act, name="act"),
]
