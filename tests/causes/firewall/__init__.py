"""Tests of firewall."""
