"""Real faults with a known cause, made on this machine, against which the tool is measured from outside."""
