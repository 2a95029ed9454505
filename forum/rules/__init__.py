"""Who is in the room, who answers, who was asked to come."""
