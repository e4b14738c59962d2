"""Facts from outside: sources that are asked, and what they gave compared with what reports print."""
