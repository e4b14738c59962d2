"""How many alerts nobody has looked after, for the first page and the side of every page."""

from django.http import HttpRequest

from monitoring.models import Alert, AlertState

MOST_SHOWN = 99


def open_alerts(request: HttpRequest) -> int:
    """The number of open alerts; counted once for a request, which shows it twice."""
    if not hasattr(request, "open_alerts"):
        request.open_alerts = Alert.objects.filter(state=AlertState.OPEN).count()  # type: ignore[attr-defined]
    return int(request.open_alerts)  # type: ignore[attr-defined]


def badge(request: HttpRequest) -> str:
    """What stands beside the inbox: nothing where nothing is open, or where the person may not see it."""
    if not request.user.has_perm("monitoring.view_alert"):
        return ""
    count = open_alerts(request)
    return f"{MOST_SHOWN}+" if count > MOST_SHOWN else str(count or "")
