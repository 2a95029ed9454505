"""The page that shows every component with all its states (docs/design-system.md). Made-up values, no record."""
