"""Write the golden files anew: `python -m tests.report.accept`; then read the difference before committing it."""

from pathlib import Path

from tests.report.examples import EXAMPLES
from why502.report.model import Report
from why502.report.text import to_text

GOLDEN = Path(__file__).parent / "golden"


def rendered(report: Report) -> dict[str, str]:
    return {
        "txt": report.to_text(),
        "ascii.txt": report.to_text(ascii_only=True),
        "verbose.txt": to_text(report, width=100, verbose=True),
        "json": report.to_json() + "\n",
        "html": report.to_html(),
        "md": report.to_markdown(),
    }


def accept() -> None:
    GOLDEN.mkdir(exist_ok=True)
    wanted = {f"{name}.{kind}": text for name, report in EXAMPLES.items() for kind, text in rendered(report).items()}
    for old in GOLDEN.iterdir():
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (GOLDEN / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    accept()
