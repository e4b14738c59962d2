"""The only door to other machines: who may be contacted, how politely, and what came back.

Knows no Django, no engine and no settings; callers pass options in as frozen values.
"""
