"""Everything that runs, as one tree of processes. Standard library only; knows no Django."""
