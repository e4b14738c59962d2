"""From the bytes of a PDF to words with places on its pages."""
