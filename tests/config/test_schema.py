"""The description of the API is complete."""

from django.core.management import call_command


def test_every_endpoint_describes_itself(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    # A warning is a fault as well: a set of choices that needs a name gets one in config/enums.py.
    call_command("spectacular", "--file", str(tmp_path / "schema.yml"), "--validate", "--fail-on-warn")
    assert capsys.readouterr().err == ""
    described = (tmp_path / "schema.yml").read_text()
    for path in (
        "/api/v1/tasks/companies/{id}/{verb}/",
        "/api/v1/tasks/documents/{id}/{verb}/",
        "/api/v1/tasks/{task_id}/",
        "/api/v1/documents/",
        "/api/background-tasks/workers/stats/",
        "/api/background-tasks/queues/lengths/",
        "/api/background-tasks/health/",
        "/api/v1/compiled-statements/{id}/",
    ):
        assert f"  {path}:" in described
