"""The pages of this app in the admin: one module for each theme."""
