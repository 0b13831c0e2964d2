import os
from pathlib import Path

from why502.vantage.blocks.configurations import usual


def test_what_is_there_is_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.conf").write_text("log_format b '$status';")
    (tmp_path / "a.conf").write_text("log_format a '$status';")
    (tmp_path / "folder.conf").mkdir()
    os.mkfifo(tmp_path / "pipe.conf")
    (tmp_path / "gone.conf").symlink_to(tmp_path / "nowhere")
    made = list(usual((str(tmp_path / "none.conf"), str(tmp_path / "*.conf"))))
    assert [text for text in made if text] == [b"log_format a '$status';", b"log_format b '$status';"]
