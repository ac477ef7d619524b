"""What members do to the rulebook."""
