"""What an administrator does to the team's people."""
