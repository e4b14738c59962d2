"""Reports of the system and notes about new reports of companies: as pages, files and mail."""
