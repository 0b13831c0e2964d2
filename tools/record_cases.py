"""Take the bundles that the recorded cases need from the folder of a lab run (`lab run --replay --keep FOLDER`)."""

import csv
import shutil
import sys
from pathlib import Path

CASES = Path(__file__).parents[1] / "tests" / "cases"


def main(folder: str) -> int:
    """Copy each bundle of the table; say which the run lacks."""
    lacking = 0
    with (CASES / "cases.tsv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    for stem in sorted({f"{row['scenario'].replace('/', '.')}" for row in rows}):
        for vantage in sorted({row["vantage"] for row in rows if row["scenario"].replace("/", ".") == stem}):
            found = sorted(Path(folder).glob(f"{stem}.*.{vantage}.bundle"))
            if not found:
                print(f"{stem} from {vantage}: no bundle", file=sys.stderr)
                lacking += 1
                continue
            shutil.copyfile(found[0], CASES / f"{stem}.{vantage}.bundle")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
