"""Files in a bucket: the same promises as in a folder, and the whole chain without one."""

import io
import time
from datetime import date
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from analysis.artifacts import keep, read
from documents.bucket import BucketStorage, BucketUnavailable
from documents.classify import classify_document
from documents.errors import StorageFull
from documents.models import DocumentVersion
from documents.storage import open_version, room_needed, store_content
from documents.text import keep_text
from extraction.compile import compile_company
from extraction.extract import extract
from extraction.models import CompiledCell, Fact
from jobs.retry import failure_of
from monitoring import probes
from monitoring.backup import files as backup_files
from monitoring.models import FileCheck, FileState, Health
from monitoring.quality.files import read_files_again
from tests.extraction.made import a_company
from tests.extraction.printed_reports import Flow, upload
from tests.file_service import FileService, file_service


@pytest.fixture(scope="module")
def service() -> FileService:  # type: ignore[misc]
    with file_service() as running:
        yield running


@pytest.fixture
def bucket(service: FileService, settings, tmp_path: Path) -> FileService:  # type: ignore[no-untyped-def]
    """Files of this test lie in the bucket; the folder is one that cannot be made."""
    (tmp_path / "no-folder").write_text("a file where the folder would be")
    settings.MEDIA_ROOT = tmp_path / "no-folder" / "files"
    settings.STORAGES = {**settings.STORAGES, "default": service.storages()}
    for name in service.names():
        service.client.delete_object(Bucket=service.bucket, Key=name)
    return service


def test_the_same_content_is_kept_once_and_comes_back(bucket: FileService) -> None:
    content = b"%PDF-1.7 " + bytes(range(256)) * 50_000  # more than stays in memory
    kept = store_content(io.BytesIO(content))
    assert store_content(io.BytesIO(content)) == kept
    assert bucket.names() == [kept.storage_name] == [
        f"documents/{kept.sha256[:2]}/{kept.sha256[2:4]}/{kept.sha256}.pdf"
    ]  # fmt: skip
    with default_storage.open(kept.storage_name) as file:
        assert file.read() == content
    assert default_storage.size(kept.storage_name) == len(content)
    default_storage.delete(kept.storage_name)
    assert not default_storage.exists(kept.storage_name)
    with pytest.raises(FileNotFoundError, match="There is no file"):
        default_storage.open(kept.storage_name)


def test_a_prefix_parts_installations(bucket: FileService) -> None:
    entry = bucket.storages()
    one = BucketStorage(**{**entry["OPTIONS"], "location": "one"})
    one.save("health/x", ContentFile(b"1"))
    assert bucket.names() == ["one/health/x"]
    assert not default_storage.exists("health/x")
    assert one.listdir("health") == ([], ["x"])


def test_files_have_no_address_of_their_own(bucket: FileService) -> None:
    with pytest.raises(NotImplementedError):
        default_storage.url("documents/x.pdf")
    with pytest.raises(ValueError, match="read whole"):
        default_storage.open("documents/x.pdf", "wb")


def test_a_bucket_that_is_not_there_is_not_tried_again(bucket: FileService) -> None:
    other = BucketStorage(**{**bucket.storages()["OPTIONS"], "bucket_name": "elsewhere"})
    with pytest.raises(BucketUnavailable, match="TENFOLD_S3_BUCKET") as refused:
        other.save("x", ContentFile(b"1"))
    assert (refused.value.code, refused.value.retryable) == ("storage_refused", False)


def test_a_service_that_is_away_is_tried_again_and_told_without_its_keys() -> None:
    with file_service("gone") as gone:
        entry = gone.storages()["OPTIONS"]
    storage = BucketStorage(**{**entry, "secret_key": "canary-of-the-key"})
    began = time.monotonic()
    with pytest.raises(BucketUnavailable) as away:
        storage.save("x", ContentFile(b"1"))
    assert time.monotonic() - began < 20
    failure = failure_of(away.value)
    assert (failure.code, failure.retryable, failure.retry_after) == ("storage_unavailable", True, 60.0)
    assert "canary" not in failure.message


def test_a_full_bucket_is_a_full_storage() -> None:
    full = BucketUnavailable("storage_full", "The bucket takes no more.", retryable=True)
    assert str(full) == "The bucket takes no more."
    with pytest.raises(StorageFull) as refused, room_needed():
        raise full
    assert (refused.value.code, refused.value.retryable) == ("storage_full", True)


@pytest.mark.django_db
def test_from_intake_to_export_without_a_folder(bucket: FileService, admin_client: Client) -> None:
    cache.clear()
    company = a_company()
    figures, before = Flow(1000, 600, 20, 80), Flow(900, 560, 20, 70)
    document = upload(company, 12, date(2023, 12, 31), date(2024, 3, 1), figures, before)
    version = document.current_version
    assert bucket.names() == [version.storage_name]
    classify_document(document)
    document.refresh_from_db()
    assert (document.document_type, document.fiscal_year) == ("annual_report", 2023)
    assert extract(document).run.status == "succeeded"
    assert keep_text(document).text.page_count >= 4
    compile_company(company)
    assert CompiledCell.objects.filter(row__concept="is.revenue", fact__value=1_000_000_000).count() >= 1

    fact = Fact.objects.get(concept="is.revenue", value=1_000_000_000)
    picture = admin_client.get(
        f"/admin/statements/pages/{version.pk}/{fact.observation.page}.png?fact={fact.pk}"
    )
    assert (picture.status_code, picture.content[:8]) == (200, b"\x89PNG\r\n\x1a\n")
    book = admin_client.get(f"/admin/statements/{company.slug}/export.xlsx")
    sheet = load_workbook(io.BytesIO(book.content))["Income statement"]
    revenue = next(row for row in sheet.iter_rows() if row[0].value == "Revenue")
    assert [cell.value for cell in revenue if isinstance(cell.value, int | float)][:2] == [1000, 900]
    file = admin_client.get(f"/api/v1/documents/{document.pk}/file/")
    with open_version(version) as stored:
        assert b"".join(file.streaming_content) == stored.read()


@pytest.mark.django_db
def test_the_probe_and_the_look_at_old_files_see_the_bucket(bucket: FileService) -> None:
    assert probes.storage() == (Health.HEALTHY, "Files can be written and read.")
    assert bucket.names() == []
    document = upload(
        a_company(), 12, date(2023, 12, 31), date(2024, 3, 1), Flow(10, 6, 1, 1), Flow(9, 5, 1, 1)
    )
    name = document.current_version.storage_name

    def state() -> tuple[str, str]:
        versions = DocumentVersion.objects.all()
        assert read_files_again(versions, at=timezone.now(), most_files=9, most_bytes=10**9) == 1
        check = FileCheck.objects.get()
        return check.state, check.found[:17]

    assert state() == (FileState.SAME, "")
    bucket.client.put_object(Bucket=bucket.bucket, Key=name, Body=b"something else")
    assert state() == (FileState.CHANGED, "It has 14 bytes i")
    bucket.client.delete_object(Bucket=bucket.bucket, Key=name)
    assert state() == (FileState.GONE, "")


def test_files_of_models_lie_there_too(bucket: FileService) -> None:
    kept = keep(b'{"a": 1}')
    assert bucket.names() == [kept.name]
    assert read(kept) == b'{"a": 1}'


def test_a_backup_takes_them_along_and_puts_them_back(bucket: FileService, tmp_path: Path) -> None:
    report, model = store_content(io.BytesIO(b"%PDF-1.7 report")), keep(b'{"a": 1}')
    default_storage.save("health/probe", ContentFile(b"gone in a moment"))
    backups, known = tmp_path / "backups", {}
    backups.mkdir()
    backup_files.keep(backups, known)
    assert sorted(known) == sorted([report.storage_name, model.name])
    assert known[report.storage_name].sha256 == report.sha256
    default_storage.delete(report.storage_name)
    done = {name: backup_files.put_back(backups, file) for name, file in known.items()}
    assert done == {report.storage_name: True, model.name: False}
    with default_storage.open(report.storage_name) as file:
        assert file.read() == b"%PDF-1.7 report"
