"""Forecasts of a series of figures that say whether they beat doing nothing."""
