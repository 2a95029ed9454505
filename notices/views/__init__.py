"""Pages of the post room: the inbox, what one wants mailed, what operators see, and the way out of mails."""
