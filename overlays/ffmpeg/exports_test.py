"""libbmavcodec.so exports exactly the names that it stands in front of, under a version of its own.

    exports_test.py LIBRARY AV_NAMES_INC
"""
import re
import subprocess
import sys

library, table = sys.argv[1:]
# Functions of FFmpeg 4 that FFmpeg 5 does not have.
expected = {"avcodec_decode_video2", "avcodec_encode_video2"}
with open(table) as lines:
    expected |= set(re.findall(r"^X\(\w+, (\w+)\)", lines.read(), re.MULTILINE))
symbols = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
exported = dict(re.findall(r"^\S+ T (\w+)(@\S*)?$", symbols, re.MULTILINE))
assert set(exported) == expected, set(exported) ^ expected
assert set(exported.values()) == {"@@BMNNSDK_AVCODEC_1"}, set(exported.values())
undefined = subprocess.run(["nm", "-D", "--undefined-only", library], check=True, capture_output=True, text=True).stdout
# What it calls of those is FFmpeg's, whatever comes first in a program.
for name in re.findall(r"^\s+U (av\w+)(?!\S*@LIBAV)\b(?=$|\s)", undefined, re.MULTILINE):
    assert name not in expected, name
