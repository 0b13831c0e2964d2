"""Tests, by room and module."""
