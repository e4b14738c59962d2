"""Who the issuers are: companies, the exchanges that list them, where their reports are found."""
