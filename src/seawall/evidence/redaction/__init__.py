"""The reviewer's form of a pack: phones, addresses and names masked, derived from a sealed pack. Pure: no tables."""
