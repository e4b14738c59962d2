"""Addresses of runs, for both families of the API. Each works with and without a closing slash."""

from django.urls import re_path

from jobs.api import views

_ID = r"(?P<task_id>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})"

urlpatterns_v1 = [
    re_path(rf"^tasks/{_ID}/?$", views.TaskStatusView.as_view(), name="task-status"),
    re_path(r"^tasks/?$", views.TaskListView.as_view(), name="task-list"),
]

urlpatterns_background = [
    re_path(rf"^task/{_ID}/status/?$", views.BackgroundStatusView.as_view(), name="background-task-status"),
    re_path(rf"^task/{_ID}/?$", views.BackgroundTaskView.as_view(), name="background-task"),
    re_path(r"^tasks/active/?$", views.ActiveTasksView.as_view(), name="background-tasks-active"),
    re_path(r"^workers/stats/?$", views.WorkersView.as_view(), name="background-workers-stats"),
    re_path(r"^queues/lengths/?$", views.QueueLengthsView.as_view(), name="background-queue-lengths"),
]

urlpatterns = urlpatterns_v1
