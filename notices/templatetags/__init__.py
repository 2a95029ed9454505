"""What the post room's templates need beside the portal's own tags."""
