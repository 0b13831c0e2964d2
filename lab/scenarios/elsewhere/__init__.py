"""Faults whose cause is another than those the lab is about: look-alikes that must not be taken for them."""
