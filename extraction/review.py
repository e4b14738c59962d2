"""Decisions of people on what the system asked."""

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.utils import timezone

from extraction.models import ReviewItem, ReviewState


def decide(items: QuerySet[ReviewItem], state: ReviewState, *, by: AbstractBaseUser) -> int:
    """Close open questions; returns how many. One that was decided already keeps its decision."""
    return items.filter(state=ReviewState.OPEN).update(state=state, decided_by=by, decided_at=timezone.now())
