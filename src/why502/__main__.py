"""`python -m why502`."""

import sys

from why502.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
