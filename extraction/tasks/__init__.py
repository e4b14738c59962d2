"""All tasks of the app, so that the worker finds them."""

from extraction.tasks.company import extract_company_financial_data, process_all_documents
from extraction.tasks.compiling import (
    compile_company_statements,
    normalize_and_compile_statements,
    recompile_company_statements,
)
from extraction.tasks.correcting import apply_corrections
from extraction.tasks.external import process_financial_reports, sync_external_data
from extraction.tasks.reading import extract_financial_statements, process_document
from extraction.tasks.scheduled import check_known_files, rescrape_companies, scan_restatements
from extraction.tasks.texts import (
    batch_process_documents,
    generate_document_summary,
    process_text,
    update_document_index,
)

__all__ = [
    "apply_corrections",
    "batch_process_documents",
    "check_known_files",
    "compile_company_statements",
    "extract_company_financial_data",
    "extract_financial_statements",
    "generate_document_summary",
    "normalize_and_compile_statements",
    "process_all_documents",
    "process_document",
    "process_financial_reports",
    "process_text",
    "recompile_company_statements",
    "rescrape_companies",
    "scan_restatements",
    "sync_external_data",
    "update_document_index",
]
