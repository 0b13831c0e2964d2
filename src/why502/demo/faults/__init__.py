"""The faults to choose from: one fault, one file."""
