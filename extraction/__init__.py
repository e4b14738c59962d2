"""From a stored report to statements, facts and ten comparable years."""
