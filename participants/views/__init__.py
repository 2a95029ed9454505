"""Pages of the participants' room."""
