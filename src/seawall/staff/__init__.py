"""The people of a team: who is a member, in which role, speaking what, on duty when; each change on the timeline."""
