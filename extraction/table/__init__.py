"""The table of many years as people and programs see it: found, converted, marked, drawn and proved."""
