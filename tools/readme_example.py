"""Put what `why502 demo` prints now into the README.

As root it is run in a network namespace of its own, so that no listener of this machine gets into the example.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
PLACE = re.compile(r"(<!-- example: .*? -->\n).*?(<!-- end of example -->)", re.DOTALL)


def main() -> int:
    """Run the demo and write its report between the two marks."""
    alone = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"] if os.geteuid() == 0 else []
    command = [*alone, sys.executable, "-m", "why502", "demo"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
        return 1
    asked = next(line for line in done.stderr.splitlines() if line.startswith("$ "))
    example = f"```text\n{asked}\n\n{done.stdout.rstrip()}\n```\n"
    readme = README.read_text(encoding="utf-8")
    README.write_text(PLACE.sub(lambda marks: marks[1] + example + marks[2], readme), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
