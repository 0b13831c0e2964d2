"""What can be proven with the rights that the tests run with."""

import os

SEES_RULES = os.geteuid() == 0
"""Rules of the kernel that turn connections elsewhere are shown to root alone. Where there may be some (their module is
loaded, or built into the kernel), a refused connection is only suspected without root."""

REFUSED = (["network.nothing-listening"],) if SEES_RULES else (["network.nothing-listening"], [])
"""What is proven of a refused connection."""
