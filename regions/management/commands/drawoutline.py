"""Draws static/maps/outline.svg anew; only needed when its source or the frame of the country changes."""

from django.core.management.base import BaseCommand

from regions.maps.outline import TARGET, outline_svg


class Command(BaseCommand):
    help = "Draw the outline of Indonesia behind the circles of the map from the reference data."

    def handle(self, *args, **options):
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(outline_svg(), encoding="utf-8")
        self.stdout.write(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")
