"""Many made-up records for measuring: the sample scenario written again and again, by the database itself.

Every record of the scenario was made by the portal's own services, so a copy of it with all that belongs to it (lines,
papers, proposals, participants, messages, the log) is a record as people make them. `plan` says how often what is
copied, `tables` what belongs to what and what differs in a copy, `copying` turns both into one statement per table.
The log is written by its own trigger, so that its chain holds.
"""
