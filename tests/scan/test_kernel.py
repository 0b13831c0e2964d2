"""The kernel under the address and undefined-behaviour sanitizers, on damaged lines of every format."""

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from tests.scan.test_engine import SHELF, reading_of
from why502 import scan
from why502.scan.program import compile_program

KERNEL = Path(scan.__file__).parent
COMPILER = shutil.which("gcc") or shutil.which("clang") or shutil.which("cc")


@pytest.fixture(scope="module", params=["usual", "-U__SSE2__"])
def fuzzer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if COMPILER is None:
        pytest.skip("no C compiler here")
    made = tmp_path_factory.mktemp("fuzz") / "fuzz"
    command = [COMPILER, "-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"]
    command += ["-fno-sanitize-recover=all", f"-I{KERNEL}", str(Path(__file__).with_name("fuzz_kernel.c"))]
    command += [] if request.param == "usual" else [request.param]  # as on processors without these instructions
    built = subprocess.run(
        [*command, str(KERNEL / "kernel.c"), "-o", str(made)], capture_output=True, text=True, check=False
    )
    if "cannot find" in built.stderr:
        pytest.skip("this compiler has no sanitizers")
    assert built.returncode == 0, built.stderr
    return made


def test_reads_nothing_outside_its_block(fuzzer: Path, tmp_path: Path) -> None:
    corpus = bytearray()
    for form in SHELF:
        program = compile_program(reading_of(form).plans)
        lines = [each.line for each in form.examples]
        corpus += struct.pack("=I", len(program)) + program + struct.pack("=I", len(lines))
        corpus += b"".join(struct.pack("=I", len(line)) + line for line in lines)
    corpus_file = tmp_path / "corpus"
    corpus_file.write_bytes(corpus)
    ran = subprocess.run([str(fuzzer), str(corpus_file), "3000", "1"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "whole\n"), ran.stderr[-4000:]
