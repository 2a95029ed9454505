"""One table."""

from django.db import models


class Item(models.Model):
    """A row of the list; `body` makes it as wide as a training need."""

    code = models.CharField(max_length=40, unique=True)
    owner = models.IntegerField(db_index=True)
    title = models.CharField(max_length=200)
    body = models.TextField()

    class Meta:
        app_label = "bare"

    def __str__(self):
        return self.code
