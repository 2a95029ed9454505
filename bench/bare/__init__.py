"""What Django itself costs on this computer: session, user, one SELECT of 25 rows, a template; nothing of ours."""
