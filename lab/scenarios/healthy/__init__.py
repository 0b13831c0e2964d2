"""Sound set-ups with decoys: nothing may be accused."""
