"""Compares the signatures of the built module sophon.sail with the table of the vendor's two generations.

A row of generation N or of both must be met exactly: argument names, types, defaults, result. A row of generation O
alone must be callable: the same types in the same places, what we have more has defaults. Overloads keep the order of
generation N. What the module does not have is in not_provided.tsv; a name there that exists fails too.
"""

import csv
import os
import re
import unittest

import sophon.sail as sail

from sail.python.packaging import stub

FOLDER = os.path.dirname(os.path.abspath(__file__))
CALLABLE = ("method", "constructor", "function", "static_method")


def read(name):
    with open(os.path.join(FOLDER, name), newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def split(arguments):
    """The arguments of a list, split at commas outside brackets and quotes."""
    result, depth, quoted, start = [], 0, False, 0
    for i, c in enumerate(arguments):
        quoted ^= c == "'"
        depth += (c in "[(<") - (c in "])>")
        if c == "," and depth == 0 and not quoted:
            result.append(arguments[start:i].strip())
            start = i + 1
    last = arguments[start:].strip()
    return result + [last] if last else result


def normalise(text):
    text = re.sub(r"<(\w+)\.(\w+): -?\d+>", r"\1.\2", text)
    text = re.sub(r"numpy\.ndarray\[numpy\.(\w+)\]", r"ndarray[\1]", text)
    text = re.sub(r"\bsophon\.sail\.|\bsail::|\bsail\.", "", text)
    for generic in ("List", "Dict", "Tuple"):
        text = re.sub(r"\b%s\[" % generic, generic.lower() + "[", text)
    text = re.sub(r"Annotated\[list\[(.*)\], FixedSize\((\d+)\)\]", r"list[\1[\2]]", text)
    return text


def overloads(function, name):
    """[(arguments, result)] as the documentation of a pybind11 function states them."""
    return [(split(normalise(arguments)), normalise(result)) for arguments, result in stub.overloads(function, name)]


def kind_of(argument):
    return argument.split(": ", 1)[-1].split(" = ")[0]


def is_callable_as(ours, row):
    """Whether our arguments accept a call of the row's types by position."""
    return len(ours) >= len(row) and all(kind_of(a) == kind_of(b) for a, b in zip(ours, row)) and all(
        " = " in argument for argument in ours[len(row):])


class SignatureTest(unittest.TestCase):

    def setUp(self):
        self.missing = {(row["owner"], row["name"]) for row in read("not_provided.tsv")}
        self.differing = {(row["owner"], row["name"], row["arguments"]) for row in read("differing.tsv")}

    def owner(self, name):
        return sail if name == "(module)" else getattr(sail, name, None)

    def is_missing(self, row):
        return (row["owner"], "*") in self.missing or (row["owner"], row["name"]) in self.missing

    def test_what_is_listed_as_missing_is_missing(self):
        for owner, name in self.missing:
            with self.subTest(owner=owner, name=name):
                found = self.owner(owner)
                exists = found is not None if name == "*" else hasattr(found, name)
                self.assertFalse(exists, "provided, so take it out of not_provided.tsv")

    def test_values(self):
        for row in read("sail_python.tsv"):
            if self.is_missing(row) or row["kind"] not in ("enum_member", "attribute"):
                continue
            with self.subTest(row=row):
                value = getattr(self.owner(row["owner"]), row["name"])
                if re.fullmatch(r"-?\d+", row["value"]):
                    self.assertEqual(int(value), int(row["value"]))

    def test_signatures(self):
        checked, used = 0, set()
        for row in read("sail_python.tsv"):
            if self.is_missing(row) or row["kind"] not in CALLABLE:
                continue
            key = (row["owner"], row["name"], row["arguments"])
            if key in self.differing:
                used.add(key)
                continue
            with self.subTest(owner=row["owner"], name=row["name"], arguments=row["arguments"]):
                ours = overloads(getattr(self.owner(row["owner"]), row["name"]), row["name"])
                wanted = split(normalise(row["arguments"]))
                if row["generation"] == "O":
                    self.assertTrue(any(is_callable_as(a, wanted) for a, _ in ours), ours)
                else:
                    self.assertIn((wanted, normalise(row["returns"])), ours)
                checked += 1
        self.assertGreater(checked, 100)
        self.assertEqual(self.differing - used, set(), "differences that no row needs")

    def test_order_of_overloads(self):
        places = {}
        for row in read("sail_python.tsv"):
            key = (row["owner"], row["name"], row["arguments"])
            if self.is_missing(row) or row["kind"] not in CALLABLE or row["generation"] == "O" or key in self.differing:
                continue
            ours = overloads(getattr(self.owner(row["owner"]), row["name"]), row["name"])
            wanted = (split(normalise(row["arguments"])), normalise(row["returns"]))
            if wanted in ours:
                places.setdefault((row["owner"], row["name"]), []).append((int(row["order_N"]), ours.index(wanted)))
        for name, pairs in places.items():
            with self.subTest(name=name):
                ordered = [place for _, place in sorted(pairs)]
                self.assertEqual(ordered, sorted(ordered))


if __name__ == "__main__":
    unittest.main()
