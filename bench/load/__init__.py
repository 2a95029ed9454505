"""The portal under load: what a page costs beside bare Django, and the last week of July on real processes."""
