"""What must hold when something is killed, stopped, emptied or sent twice."""
