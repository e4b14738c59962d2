"""What people decide: questions answered, figures corrected, and what follows from either."""
