"""The commands of `python -m engine`. Each module is loaded only when one of its commands is given: most
commands run in throw-away processes, one for each file, and start as often as files are looked at.
"""
