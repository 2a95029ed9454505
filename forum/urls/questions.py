"""Addresses of questions on programmes."""

from django.urls import path

from forum.views import questions

urlpatterns = [
    path("tanya/", questions.question_list, name="questions"),
    path("tanya/program/<slug:slug>/", questions.program_questions, name="program_questions"),
    path("tanya/program/<slug:slug>/tanyakan/", questions.ask, name="ask"),
    path("tanya/<str:code>/", questions.question, name="question"),
    path("tanya/<str:code>/<str:action>/", questions.act, name="question_act"),
]
