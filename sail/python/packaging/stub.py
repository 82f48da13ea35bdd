"""Reads the signatures of a built extension module, and writes them as a stub (.pyi) for editors and type checkers."""

import inspect
import re

HEADER = '''"""SAIL: tensors, engines and images on simulated Sophon devices."""

from enum import IntEnum
from typing import Any, Dict, List, Tuple, Union, overload

import numpy

Buffer = Union[bytes, bytearray, memoryview, numpy.ndarray]
'''

# What differs between a signature as documented and one that Python reads.
REWRITES = (
    (r"\bsophon\.sail\.|\bsail::", ""),
    (r"<(\w+\.\w+): -?\d+>", r"\1"),
    (r"numpy\.ndarray\[numpy\.\w+\]", "numpy.ndarray"),
    (r"List\[(.*)\[\d+\]\]", r"List[\1]"),
    (r"\bobject\b", "Any"),
)


def overloads(function, name):
    """[(arguments, result)] of a function, as texts, in the order in which they are tried."""
    found = []
    for line in (function.__doc__ or "").splitlines():
        match = re.match(r"(?:\d+\. )?%s\((.*)\) -> (.*)$" % re.escape(name), line)
        if match:
            found.append((match.group(1), match.group(2)))
    return found


def definitions(function, name, indent):
    texts = []
    for arguments, result in overloads(function, name):
        text = "def %s(%s) -> %s: ..." % (name, arguments, result)
        for pattern, replacement in REWRITES:
            text = re.sub(pattern, replacement, text)
        text = indent + re.sub(r"\(self: \w+", "(self", text)
        if text not in texts:
            texts.append(text)
    if len(texts) < 2:
        return texts
    return [line for text in texts for line in (indent + "@overload", text)]


def documentation(cls):
    if not cls.__doc__:
        return []
    lines = ('"""%s"""' % cls.__doc__.strip()).splitlines()
    return ["    " + line if line else "" for line in lines]


def class_lines(name, cls):
    if issubclass(cls, Exception):
        return ["class %s(%s): ..." % (name, cls.__bases__[0].__name__)]
    members = getattr(cls, "__members__", None)
    if members is not None:
        return ["class %s(IntEnum):" % name] + ["    %s = %d" % (key, int(value)) for key, value in members.items()]
    lines = ["class %s:" % name] + documentation(cls)
    for attribute, value in vars(cls).items():
        if inspect.isroutine(value):
            lines += definitions(value, attribute, "    ")
        elif isinstance(value, property):
            lines.append("    %s: Any" % attribute)
    return lines + ["    ..."] if len(lines) == 1 else lines


def stub(module):
    """The text of the stub."""
    enumerations, classes, functions, values = [], [], [], []
    for name, value in vars(module).items():
        if inspect.isclass(value):
            (enumerations if hasattr(value, "__members__") else classes).extend([""] + class_lines(name, value))
        elif inspect.isroutine(value):
            functions += definitions(value, name, "")
        elif hasattr(type(value), "__members__"):
            values.append("%s = %s.%s" % (name, type(value).__name__, name))
        elif name == "__version__":
            values.append("__version__: str")
    lines = enumerations + [""] + values + classes + [""] + functions
    return HEADER + "\n".join(lines) + "\n"
