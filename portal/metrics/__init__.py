"""Figures for Prometheus: what requests did, and how things stand (docs/operations/monitoring.md)."""
