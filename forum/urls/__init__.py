"""Addresses of the meeting hall."""

from forum.urls.meetings import urlpatterns as meetings
from forum.urls.questions import urlpatterns as questions
from forum.urls.threads import urlpatterns as threads

app_name = "forum"
urlpatterns = [*meetings, *questions, *threads]
