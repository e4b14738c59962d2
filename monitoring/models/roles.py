"""What the roles of people have been given."""

from django.db import models


class GivenPermission(models.Model):
    """A permission that a role's group was given once. Whoever takes it away again has the last word."""

    role = models.CharField(max_length=60)
    permission = models.CharField(max_length=200, help_text="App and codename with a dot between them.")
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="given_once_per_role")]

    def __str__(self) -> str:
        return f"{self.role}: {self.permission}"
