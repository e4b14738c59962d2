"""The charts of performance on PostgreSQL, which reads labels and cuts moments by functions of its own."""

from django.db import connection

from monitoring.performance.charts import PERIODS, tasks
from tests.monitoring.test_performance_page import NOON, a_day, drawn


def test_it_gives_the_same(postgres: object) -> None:
    assert connection.vendor == "postgresql"
    a_day()
    assert drawn("week")["worked"].series == (("documents", (4.5, 30.0)),)
    assert drawn("month")["ended"].series == (("documents", (17.0,)),)
    assert drawn(task="download_pdf")["worked"].series[0] == ("50% of runs", (2.25, 4.625))
    assert [line.ended for line in tasks(NOON, PERIODS["day"])] == [14, 3]
