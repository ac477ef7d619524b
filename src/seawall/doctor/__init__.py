"""What is wrong with a set-up, in words, and how to mend it."""
