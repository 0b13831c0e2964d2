"""The one thing that `pyproject.toml` cannot say: the kernel is compiled where it can be, on the stable ABI."""

from setuptools import Extension, setup

KERNEL = Extension(
    "why502.scan._kernel",
    sources=["src/why502/scan/kernel.c", "src/why502/scan/module.c"],
    depends=["src/why502/scan/kernel.h"],
    extra_compile_args=["-std=c11", "-O3"],
    py_limited_api=True,
    optional=True,  # without a compiler the slower engines count the same
)

setup(ext_modules=[KERNEL], options={"bdist_wheel": {"py_limited_api": "cp311"}})
