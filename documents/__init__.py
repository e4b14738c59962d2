"""Reports as files: where they were found, which versions were fetched, what kind they are."""
