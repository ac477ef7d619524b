"""Conversations and messages as the platform holds them."""
