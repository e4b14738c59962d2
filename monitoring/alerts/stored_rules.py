"""The rules as people have edited them."""

from monitoring.alert_rules import BY_CODE, RULES
from monitoring.models import AlertRule


def ensure_rules() -> int:
    """Create the rules that are missing and change none; the number that was created."""
    known = set(AlertRule.objects.values_list("code", flat=True))
    missing = [rule for rule in RULES if rule.code not in known]
    AlertRule.objects.bulk_create(
        [
            AlertRule(
                code=rule.code,
                name=rule.name,
                description=rule.description,
                type=rule.type,
                severity=rule.severity,
                cooldown_minutes=rule.cooldown_minutes,
                condition=dict(rule.condition),
            )
            for rule in missing
        ],
        ignore_conflicts=True,
    )
    return len(missing)


def rule_of(code: str) -> AlertRule:
    """The rule as people have edited it, created where it is missing.

    Raises:
        AlertRule.DoesNotExist: neither the program nor anybody else has made such a rule.
    """
    found = AlertRule.objects.filter(code=code).first()
    if found is None and code in BY_CODE:
        ensure_rules()
    return found or AlertRule.objects.get(code=code)


def threshold(rule: AlertRule, name: str) -> float:
    """A threshold of the rule; the program's own where people have taken it out."""
    return float(rule.condition.get(name, BY_CODE[rule.code].condition[name]))
