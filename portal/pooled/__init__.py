"""PostgreSQL behind a pool that lends a connection for one transaction only (PgBouncer; docs/operations/scaling.md)."""
