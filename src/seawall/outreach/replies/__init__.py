"""Buyers' answers that no push brought: found in the platform's list of conversations, and read."""
