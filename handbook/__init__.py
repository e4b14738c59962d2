"""Builds the documentation: the pages of `docs/`, and those that stand elsewhere or are made from the code.

    python -m handbook [--into FOLDER] [--serve [PORT]]

`site.py` is what MkDocs calls, `pages.py` the text of a page; `links.py` looks through what comes out. The
other modules each make a part of a page from what the system works by, so that it cannot say anything else.
"""
