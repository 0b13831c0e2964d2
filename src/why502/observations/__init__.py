"""Frozen facts about the world, and the words for what was not seen. Imports nothing of why502."""
