"""Addresses of threads."""

from django.urls import path

from forum.views import messages, threads

_THREAD = "forum/<str:code>/"
_MESSAGE = f"{_THREAD}pesan/<int:pk>/"

urlpatterns = [
    path("forum/", threads.thread_list, name="threads"),
    path("forum/baru/", threads.open_thread, name="open_thread"),
    path(_THREAD, threads.thread, name="thread"),
    path(f"{_THREAD}pesan/", messages.messages, name="thread_messages"),
    path(f"{_MESSAGE}ubah/", messages.edit, name="thread_edit"),
    path(f"{_MESSAGE}hapus/", messages.delete, name="thread_delete"),
    path(f"{_MESSAGE}sematkan/", messages.pin, name="thread_pin"),
    path(f"{_MESSAGE}riwayat/", messages.history, name="thread_history"),
    path(f"{_MESSAGE}catat/", messages.record, name="thread_record"),
    path(f"{_THREAD}lampiran/<int:pk>/", messages.attachment, name="thread_file"),
    path(f"{_THREAD}perluas/", threads.widen, name="thread_widen"),
    path(f"{_THREAD}selesai/", threads.resolve, name="thread_resolve"),
    path(f"{_THREAD}ikuti/", threads.follow, name="thread_follow"),
    path(f"{_THREAD}orang/", messages.people, name="thread_people"),
]
