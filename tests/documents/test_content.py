"""What a content is, by its first bytes."""

import io

import pytest

from documents.content import check_is_pdf
from documents.errors import NotAPdf


def test_a_pdf_may_have_other_bytes_before_its_header() -> None:
    content = io.BytesIO(b"\x00" * 1000 + b"%PDF-1.7 and so on")
    check_is_pdf(content)
    assert content.tell() == 0


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"", "it is empty"),
        (b"  <!DOCTYPE html><html><body>Sign in", "a web page"),
        (b"PK\x03\x04rest", "ZIP archive"),
        (b"<?xml version='1.0'?>", "an XML document"),
        (b"MZ\x90\x00", "another kind of file"),
        (b"\x00" * 1024 + b"%PDF-1.7", "another kind of file"),
    ],
)
def test_anything_else_is_refused_by_name(head: bytes, said: str) -> None:
    with pytest.raises(NotAPdf, match=said) as caught:
        check_is_pdf(io.BytesIO(head))
    assert caught.value.code == "not_a_pdf"
    assert caught.value.retryable is False
    assert "will not help" in caught.value.message
