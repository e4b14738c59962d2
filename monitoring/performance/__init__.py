"""How the system performs: measured by the clock, kept, shown with trends, and given to Prometheus."""
