"""The top of the house: looks at everything, is looked at by nobody."""
