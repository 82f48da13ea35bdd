"""A library exports the names of its headers' rows, those of undeclared.tsv, and no others.

  exports_test.py TYPES FUNCTIONS UNDECLARED LIBRARY HEADER...

A symbol of undeclared.tsv may be a pattern (*, ?, [...]), which has to match some name.

Constructors and destructors have no symbol in the tables: a class with N constructor rows shows N complete-object
constructors, their base-object twins and the three forms of its virtual destructor.
"""

import collections
import csv
import fnmatch
import os
import re
import subprocess
import sys


def read_rows(path):
    with open(path, newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def mangled_scope(name):
    """bmodel::ModelGen is 6bmodel8ModelGen."""
    return "".join("%d%s" % (len(part), part) for part in name.split("::"))


def exported_symbols(library):
    listing = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in listing.splitlines()}


def wanted_symbols(types, functions, headers):
    symbols = set()
    for row in functions:
        if row["header"] in headers and row["kind"] in ("function", "method"):
            symbols.add(row["function"] if row["linkage"] == "C" else row["symbol"])
    for row in types:
        if row["header"] in headers and "has vtable" in row["notes"]:
            symbols.update("_Z%sN%sE" % (prefix, mangled_scope(row["name"])) for prefix in ("TV", "TI", "TS"))
    return symbols


def check_special_members(functions, headers, found):
    """Takes constructors and destructors out of `found`; returns what is wrong with their numbers."""
    errors = []
    rows = [row for row in functions if row["header"] in headers and row["kind"] in ("constructor", "destructor")]
    constructors = collections.Counter(row["function"].rpartition("::")[0] for row in rows
                                       if row["kind"] == "constructor")
    for owner in sorted({row["function"].rpartition("::")[0] for row in rows}):
        wanted = {"C1": constructors[owner], "C2": constructors[owner], "D0": 1, "D1": 1, "D2": 1}
        for form, number in wanted.items():
            pattern = re.compile("_ZN%s%sE" % (mangled_scope(owner), form))
            matches = {symbol for symbol in found if pattern.match(symbol)}
            if len(matches) != number:
                errors.append("%s: %d symbols of form %s, not %d" % (owner, len(matches), form, number))
            found -= matches
    return errors


def main():
    types_path, functions_path, undeclared_path, library = sys.argv[1:5]
    headers = set(sys.argv[5:])
    functions = read_rows(functions_path)
    found = exported_symbols(library)
    wanted = wanted_symbols(read_rows(types_path), functions, headers)
    for row in read_rows(undeclared_path):
        if row["library"] == os.path.basename(library):
            wanted |= set(fnmatch.filter(found, row["symbol"])) or {row["symbol"]}
    errors = check_special_members(functions, headers, found)
    errors += ["not exported: " + symbol for symbol in sorted(wanted - found)]
    errors += ["exported, though in no table: " + symbol for symbol in sorted(found - wanted)]
    print("%s: %d names compared" % (os.path.basename(library), len(wanted)))
    sys.exit("\n".join(errors) if errors else 0)


if __name__ == "__main__":
    main()
