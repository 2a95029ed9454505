"""Open data: what is published, from which counts, and what is withheld so that nobody can be pointed at."""
