"""The faults, a folder for each family, a file for each scenario."""
