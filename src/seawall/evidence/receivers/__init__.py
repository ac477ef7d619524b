"""What a platform's desk takes, and a sealed pack cut to it. Pure: needs neither database nor network."""
