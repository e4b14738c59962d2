"""Reports brought by hand, by list and by folder: all become documents, and all are processed."""

import io
import os
import time
from pathlib import Path

import pytest

from companies.models import Company
from documents import intake
from documents.errors import StorageFull
from documents.intake import take_in_addresses, take_in_drop_folder, take_in_files
from documents.models import Document
from jobs.launch import launch
from jobs.models import TaskRun
from tests.http import small_pdf

pytestmark = pytest.mark.django_db

REPORTS = {year: small_pdf("Northwind", f"Annual report {year}") for year in (2022, 2023, 2024)}


@pytest.fixture
def company() -> Company:
    return Company.objects.create(name="Northwind", slug="northwind")


@pytest.fixture
def folder(tmp_path: Path, files: Path) -> Path:
    made = tmp_path / "drop"
    (made / "northwind").mkdir(parents=True)
    return made


def put(folder: Path, name: str, content: bytes, *, age: float = 60.0) -> Path:
    """A file that was finished so many seconds ago."""
    path = folder / "northwind" / name
    path.write_bytes(content)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def later() -> float:
    """Time enough for what was just written to count as whole."""
    return time.time() + intake.QUIET_SECONDS + 1


def processed() -> list[int]:
    runs = TaskRun.objects.filter(task="extraction.process_document").order_by("queued_at", "pk")
    return sorted(run.arguments["document_id"] for run in runs)


def test_many_files_at_once(company: Company, files: Path) -> None:
    brought = [(f"{year}.pdf", io.BytesIO(content)) for year, content in REPORTS.items()]
    brought += [("letter.docx", io.BytesIO(b"PK\x03\x04")), ("again.pdf", io.BytesIO(REPORTS[2024]))]
    taken = take_in_files(company, brought)
    assert (len(taken.documents), taken.known) == (4, 1)
    assert [(one.name, one.code) for one in taken.refused] == [("letter.docx", "not_a_pdf")]
    assert Document.objects.count() == 3
    assert processed() == sorted(Document.objects.values_list("pk", flat=True))
    assert set(Document.objects.values_list("versions__source", flat=True)) == {"upload"}


def test_a_list_of_addresses(company: Company) -> None:
    lines = [
        "# Reports", "", " https://northwind.example/ar-2024.pdf ", "https://northwind.example/ar-2024.pdf?utm_source=x",
        "https://NORTHWIND.example:443/ar-2023.pdf", "file:///etc/passwd", "not an address",
        "https://northwind.example/" + "x" * 3000,
    ]  # fmt: skip
    taken = take_in_addresses(company, lines)
    assert [one.code for one in taken.refused] == ["bad_url"] * 3
    assert taken.known == 1
    urls = list(Document.objects.order_by("pk").values_list("url", flat=True))
    assert urls == ["https://northwind.example/ar-2024.pdf", "https://northwind.example/ar-2023.pdf"]
    assert processed() == sorted(Document.objects.values_list("pk", flat=True))
    assert take_in_addresses(company, lines[2:3]).known == 1
    assert TaskRun.objects.count() == 2


def test_a_list_has_a_bound(company: Company) -> None:
    lines = [f"https://northwind.example/{number}.pdf" for number in range(1005)]
    taken = take_in_addresses(company, lines)
    assert (Document.objects.count(), [one.code for one in taken.refused]) == (1000, ["too_many"])


class TestDropFolder:
    def test_what_lies_there_is_taken_and_moved(self, company: Company, folder: Path) -> None:
        put(folder, "ar-2024.pdf", REPORTS[2024])
        put(folder, "list.txt", b"https://northwind.example/ar-2023.pdf\n")
        taken = take_in_drop_folder(folder, now=later())
        assert (len(taken.documents), taken.refused) == (2, [])
        dropped, listed = Document.objects.order_by("pk")
        assert dropped.current_version is not None
        assert (dropped.title, dropped.current_version.source) == ("ar-2024.pdf", "drop_folder")
        assert listed.url == "https://northwind.example/ar-2023.pdf"
        assert processed() == [dropped.pk, listed.pk]
        assert list((folder / "northwind").iterdir()) == []
        assert sorted(path.name for path in (folder / ".taken" / "northwind").iterdir()) == [
            "ar-2024.pdf",
            "list.txt",
        ]
        assert take_in_drop_folder(folder, now=later()).documents == []

    def test_what_is_being_written_is_left_until_it_is_quiet(self, company: Company, folder: Path) -> None:
        path = put(folder, "ar-2024.pdf", REPORTS[2024][:100], age=3600.0)
        assert take_in_drop_folder(folder).documents == []
        assert path.exists()
        assert len(take_in_drop_folder(folder, now=later()).documents) == 1

    def test_what_is_no_pdf_is_put_aside_with_the_reason(self, company: Company, folder: Path) -> None:
        put(folder, "notes.doc", b"some notes")
        put(folder, "ar-2024.pdf", REPORTS[2024])
        taken = take_in_drop_folder(folder, now=later())
        assert [(one.name, one.code) for one in taken.refused] == [("northwind/notes.doc", "not_a_pdf")]
        assert len(taken.documents) == 1
        aside = folder / ".refused" / "northwind"
        assert (aside / "notes.doc").read_bytes() == b"some notes"
        assert "not a PDF" in (aside / "notes.doc.reason").read_text(encoding="utf-8")

    def test_two_files_of_one_name_are_both_kept(self, company: Company, folder: Path) -> None:
        for year in (2023, 2024):
            put(folder, "report.pdf", REPORTS[year])
            take_in_drop_folder(folder, now=later())
        assert Document.objects.count() == 2
        kept = sorted(path.name for path in (folder / ".taken" / "northwind").iterdir())
        assert kept == ["report-2.pdf", "report.pdf"]

    def test_a_folder_of_no_company_is_named_and_left(self, folder: Path) -> None:
        put(folder, "ar-2024.pdf", REPORTS[2024])
        taken = take_in_drop_folder(folder, now=later())
        assert [(one.name, one.code) for one in taken.refused] == [("northwind", "company_not_found")]
        assert (folder / "northwind" / "ar-2024.pdf").exists()

    def test_links_out_of_the_folder_are_not_followed(
        self, company: Company, folder: Path, tmp_path: Path
    ) -> None:
        secret = tmp_path / "secret.pdf"
        secret.write_bytes(REPORTS[2024])
        (folder / "northwind" / "ar.pdf").symlink_to(secret)
        (folder / "other").symlink_to(tmp_path)
        os.mkfifo(folder / "northwind" / "pipe.pdf")
        assert take_in_drop_folder(folder, now=later()).documents == []
        assert secret.exists()

    def test_a_full_disk_leaves_the_file_where_it_is(
        self, company: Company, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_arguments: object, **_named: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("documents.whole_files.WholeFileStorage._save", full)
        path = put(folder, "ar-2024.pdf", REPORTS[2024])
        with pytest.raises(StorageFull):
            take_in_drop_folder(folder, now=later())
        assert path.exists()
        assert Document.objects.count() == 0

    def test_the_schedule_rings_the_task(self, company: Company, folder: Path, settings: object) -> None:
        from config.schedules import SCHEDULES
        from jobs.execute import execute

        assert [one.every_seconds for one in SCHEDULES if one.task == "take_in_drop_folder"] == [300]
        settings.DROP_DIR = folder  # type: ignore[attr-defined]
        run = launch("take_in_drop_folder").run
        execute(str(run.pk), worker="here")
        run.refresh_from_db()
        assert (run.state, run.error_code) == ("skipped", "nothing_there")
