"""Compiles Caffe networks for the BM1684: `bmnetc.compile(...)` or `python3 -m bmnetc`."""

from bmnetc._bmnetc import compile, main

__all__ = ["compile", "main"]
