"""The post room: inbox and mail, fed by the workflow signal; nobody calls it."""
