"""libsail.so exports the functions of namespace sail and of tools.h, every one that the table names, and nothing else.

  exports_test.py LIBRARY CLASSES NOT_PROVIDED DIFFERING
"""

import csv
import re
import subprocess
import sys

OURS = re.compile(r"(vtable for |typeinfo for |typeinfo name for )?(sail::|model_dryrun\(|multi_tpu_perf\()")


def read_rows(path):
    with open(path, newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def exported_names(library):
    listing = subprocess.run(["nm", "-DC", "--defined-only", library], check=True, capture_output=True, text=True)
    return [line.split(" ", 2)[2] for line in listing.stdout.splitlines() if line.split(" ", 2)[1] in "TVWBDR"]


def wanted_names(rows, absent):
    """Functions and methods that are no templates, without their arguments."""
    names = set()
    for row in rows:
        is_code = row["kind"] in ("function", "method", "constructor")
        if not is_code or row["template"] or row["qualifiers"] == "deleted":
            continue
        if (row["class"], "*") in absent or (row["class"], row["name"]) in absent:
            continue
        scope = "" if row["class"] == "(global)" else row["class"] + "::"
        names.add(scope + row["name"])
    return names


def main():
    library, classes, not_provided, differing = sys.argv[1:5]
    absent = {(row["class"], row["name"]) for row in read_rows(not_provided)}
    absent |= {(row["class"], row["name"]) for row in read_rows(differing) if row["column"] == "library"}
    found = exported_names(library)
    wanted = wanted_names(read_rows(classes), absent)
    shown = {name.split("(")[0].split("[abi")[0] for name in found}
    # Written in the headers: nothing to export.
    in_headers = re.compile(r"sail::(\w*Error|NotSupport|TensorPTRWithName|Bmcv)::")
    inline = {name for name in wanted - shown if in_headers.match(name)}
    errors = ["not exported: " + name for name in sorted(wanted - shown - inline)]
    errors += ["exported, though not SAIL's: " + name for name in sorted(found) if not OURS.match(name)]
    print("%d names compared, %d exported" % (len(wanted), len(found)))
    sys.exit("\n".join(errors) if errors else 0)


if __name__ == "__main__":
    main()
