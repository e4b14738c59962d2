"""From words with places to a statement table: columns, header, rows, numbers and units."""
