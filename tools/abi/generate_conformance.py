"""Turns rows of the ABI tables into a source that compiles only against a header that agrees with them.

  generate_conformance.py --types types.tsv --functions functions.tsv --exceptions exceptions.tsv
      --header bmdef.h --language c++ --output bmdef_conformance.cc

Every row of the header becomes a static assertion: sizes, alignments, offsets and types of members, values of
enumerators and macros, types of functions, overloads and default arguments. C++ members are read whatever their access
is, so the source is compiled with -fno-access-control. Bit fields have no offset that a compiler shows: the C++ source
holds a function bool BitFieldsOf_<header>() that writes and compares them.

A row that the generator does not understand, and an exception that no row needs, end it with an error. The tables'
columns: tests/conformance/abi/README.md.
"""

import argparse
import collections
import csv
import re
import sys

RECORDS = ("struct", "class", "union")
ANONYMOUS = ("struct", "union")

C_PROLOGUE = """\
#include "{header}"

#include <stddef.h>

#define SAME_TYPE(...) __builtin_types_compatible_p(__VA_ARGS__)
"""

CXX_PROLOGUE = """\
#include "{header}"

#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

#define TEXT_OF(...) TEXT_OF_EXPANDED(__VA_ARGS__)
#define TEXT_OF_EXPANDED(...) #__VA_ARGS__

// A value of the type in an operand that is not evaluated.
template <class T>
T Value();
"""


class TableError(Exception):
    """A row that cannot be turned into a check."""


def read_rows(path, header):
    with open(path, newline="", encoding="utf-8") as table:
        rows = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if row["header"] == header]


def split_list(text):
    """The elements of a list cell."""
    return [element.strip() for element in text.split(" | ")] if text else []


def array_type(element, bounds):
    """`element` with the bounds of an array cell: 3x2 is [3][2]."""
    return element + "".join("[%s]" % bound for bound in bounds.split("x")) if bounds else element


class Exceptions:
    """Cells in which our headers differ from the tables, each with its reason."""

    def __init__(self, rows):
        self._cells = {(row["name"], row["field"], row["column"]) for row in rows}
        self._unused = set(self._cells)

    def covers(self, row, column):
        cell = (row["name"], row["field"], column)
        self._unused.discard(cell)
        return cell in self._cells

    def check_all_used(self):
        if self._unused:
            raise TableError("exceptions without a row: %s" % sorted(self._unused))


class Generator:
    """Collects the lines of one source."""

    def __init__(self, header, exceptions):
        self.header = header
        self.lines = []
        self.bit_fields = []
        self._exceptions = exceptions
        self._count = 0

    def unique(self, prefix):
        self._count += 1
        return "%s%d" % (prefix, self._count)

    def emit(self, line):
        self.lines.append(line)

    def check(self, condition, row, what):
        name = "::".join(part for part in (row.get("name") or row.get("function"), row.get("field")) if part)
        self.emit('%s(%s, "%s: %s");' % (self.static_assert, condition, name, what.replace('"', "'")))

    def check_layout(self, row, record, member, type_name):
        """Size, alignment and offset of a record (member is None) or of a member."""
        subject = "(%s)" % record if member is None else self.member_value(record, member)
        if row["size"] and not self._exceptions.covers(row, "size"):
            self.check("sizeof%s == %s" % (subject, row["size"]), row, "size " + row["size"])
        if row["align"] and not self._exceptions.covers(row, "align"):
            aligned = record if member is None else type_name
            if aligned:
                self.check("_Alignof(%s) == %s" % (aligned, row["align"]) if self.static_assert == "_Static_assert" else
                           "alignof(%s) == %s" % (aligned, row["align"]), row, "alignment " + row["align"])
        if row["offset"] and not self._exceptions.covers(row, "offset"):
            self.check("offsetof(%s, %s) == %s" % (record, member, row["offset"]), row, "offset " + row["offset"])

    def add_macro(self, row):
        kind, name, value = row["kind"], row["name"], row["value"]
        self.emit("#ifndef %s\n#error %s is not defined\n#endif" % (name, name))
        if kind == "macro":
            if row["type"] == "string":
                self.add_string(row)
                return
            if not re.fullmatch(r"-?\d+", value):
                raise TableError("macro %s: only integers and strings are understood, not %s" % (name, value))
            self.check("%s == %s" % (name, value), row, "value " + value)
            self.check("sizeof(%s) == %s" % (name, row["size"]), row, "size " + row["size"])
        elif kind == "macro_alias":
            self.add_alias(row)
        elif kind == "macro_function":
            self.add_macro_function(row)
        elif kind not in ("macro_empty", "macro_other"):
            raise TableError("%s: unknown kind %s" % (name, kind))

    def add_type_row(self, row):
        kind = row["kind"]
        if kind.startswith("macro"):
            self.add_macro(row)
        elif kind == "enumerator":
            self.check("%s == %s" % (self.enumerator(row), row["value"]), row, "value " + row["value"])
        elif row["value"] == "opaque":
            self.emit("struct %s;" % row["name"])
        elif kind == "enum" and not row["name"]:
            pass  # Only its enumerators can be named.
        elif kind in RECORDS or kind == "enum":
            self.add_record(row)
        elif kind == "field":
            self.add_field(row)
        elif kind == "typedef":
            self.add_typedef(row)
        else:
            raise TableError("%s: unknown kind %s" % (row["name"], kind))


class CGenerator(Generator):
    """The C source: everything of C linkage."""

    static_assert = "_Static_assert"

    def __init__(self, header, exceptions):
        super().__init__(header, exceptions)
        self._spelling = {}

    def member_value(self, record, member):
        return "(((%s *)0)->%s)" % (record, member)

    def enumerator(self, row):
        return row["field"]

    def add_string(self, row):
        pass  # The text is compared in C++.

    def add_alias(self, row):
        pass  # The same.

    def add_macro_function(self, row):
        pass

    def add_record(self, row):
        kind = row["kind"]
        name = "%s %s" % (kind, row["tag"]) if row["tag"] else row["name"]
        self._spelling[row["name"]] = name
        self.check_layout(row, name, None, None)
        if kind == "enum":
            self.check("SAME_TYPE(%s, %s)" % (name, row["type"]), row, "underlying type")

    def add_field(self, row):
        record = self._spelling[row["name"]]
        if row["bit_width"]:
            return
        type_name = None if row["type"] in ANONYMOUS else array_type(row["type"], row["array"])
        self.check_layout(row, record, row["field"], type_name)
        if type_name:
            found = "__typeof__%s" % self.member_value(record, row["field"])
            self.check("SAME_TYPE(%s, %s)" % (found, type_name), row, "type " + type_name)

    def add_typedef(self, row):
        self.check("SAME_TYPE(%s, %s)" % (row["name"], row["type"]), row, "type " + row["type"])
        self.check_layout(row, row["name"], None, None)

    def add_functions(self, rows):
        for row in rows:
            if row["linkage"] != "C":
                raise TableError("%s has no C linkage" % row["function"])
            # A typedef, since the type of the result may be a pointer to a function.
            name = self.unique("Function")
            self.emit("typedef %s %s(%s);" % (row["ret"], name, ", ".join(split_list(row["params"])) or "void"))
            self.check("SAME_TYPE(__typeof__(%s), %s)" % (row["function"], name), row, "type")

    def source(self):
        prologue = C_PROLOGUE.format(header=self.header)
        return prologue + "\n" + "\n".join(self.lines) + "\n"


class CxxGenerator(Generator):
    """The C++ source."""

    static_assert = "static_assert"

    def __init__(self, header, exceptions):
        super().__init__(header, exceptions)
        self._records = set()

    def member_value(self, record, member):
        return "(Value<%s&>().%s)" % (record, member)

    def enumerator(self, row):
        scope = row["name"].rpartition("::")[0]
        return "%s::%s" % (scope, row["field"]) if scope else row["field"]

    def enter(self, scope):
        """Opens the namespace or class in which a row's types are spelled; returns what closes it."""
        closers = []
        parts = scope.split("::") if scope else []
        namespace = [part for position, part in enumerate(parts) if "::".join(parts[:position + 1]) not in self._records]
        if namespace:
            self.emit("namespace %s {" % "::".join(namespace))
            closers.append("}")
        if scope in self._records:
            self.emit("struct %s : %s {" % (self.unique("Inside"), scope))
            closers.insert(0, "};")
        return closers

    def leave(self, closers):
        for closer in closers:
            self.emit(closer)

    def add_string(self, row):
        self.check('std::string_view(%s) == "%s"' % (row["name"], row["value"]), row, "value")

    def add_alias(self, row):
        self.check('std::string_view(TEXT_OF(%s)) == "%s"' % (row["name"], row["value"]), row, "stands for its value")

    def add_macro_function(self, row):
        arity = int(row["notes"].split()[0])
        arguments = ", ".join("a%d" % position for position in range(arity))
        self.check("sizeof(TEXT_OF(%s(%s))) > 0" % (row["name"], arguments), row, "arity %d" % arity)

    def add_record(self, row):
        name = row["name"]
        self._records.add(name)
        self.check_layout(row, name, None, None)
        if row["kind"] == "enum":
            self.check("std::is_same<std::underlying_type_t<%s>, %s>::value" % (name, row["type"]), row, "type")
        elif "has vtable" in row["notes"]:
            self.check("std::is_polymorphic<%s>::value" % name, row, "has virtual functions")

    def add_field(self, row):
        record, member = row["name"], row["field"]
        if row["bit_width"]:
            self.bit_fields.append(row)
            return
        closers = self.enter(record if "::" in record else "")
        type_name = None if row["type"] in ANONYMOUS else array_type(row["type"], row["array"])
        self.check_layout(row, record, member, type_name)
        if type_name:
            found = "decltype(Value<%s&>().%s)" % (record, member)
            self.check("std::is_same<%s, %s>::value" % (found, type_name), row, "type " + type_name)
        self.leave(closers)

    def add_typedef(self, row):
        self.check("std::is_same<%s, %s>::value" % (row["name"], row["type"]), row, "type " + row["type"])
        self.check_layout(row, row["name"], None, None)

    def add_functions(self, rows):
        overloads = collections.Counter(row["function"] for row in rows)
        for row in rows:
            kind = row["kind"]
            scope = row["function"].rpartition("::")[0]
            closers = self.enter(scope)
            if kind == "function":
                self.add_function(row)
            elif kind == "method":
                self.add_method(row, scope, overloads[row["function"]] == 1)
            elif kind == "constructor":
                self.add_constructor(row, scope)
            elif kind == "destructor":
                is_virtual = "virtual" in row["qualifiers"].split()
                self.check("std::has_virtual_destructor<%s>::value == %s" % (scope, str(is_virtual).lower()), row,
                           "virtual or not")
            elif kind == "variable":
                self.check("std::is_same<decltype(%s), %s>::value" % (row["function"], row["ret"]), row, "type")
            else:
                raise TableError("%s: unknown kind %s" % (row["function"], kind))
            self.leave(closers)

    def add_function(self, row):
        split_params = split_list(row["params"])
        params = ", ".join(split_params)
        fewest = len(split_params) - int(row["ndefaults"])
        if self._exceptions.covers({"name": row["function"], "field": ""}, "defaults"):
            fewest += 1
        for count in range(fewest, len(split_params)):
            arguments = ", ".join("Value<std::decay_t<%s>>()" % param if "[" in param else "Value<%s>()" % param
                                  for param in split_params[:count])
            self.emit("using %s = decltype(::%s(%s));" % (self.unique("Shorter"), row["function"], arguments))
        # The cast picks the overload; without one of exactly this type it is an error.
        self.emit("[[maybe_unused]] constexpr %s (*%s)(%s) = &::%s;" %
                  (row["ret"], self.unique("kFunction"), params, row["function"]))
        if row["linkage"] == "C":
            name = self.unique("Function")
            self.emit("using %s = %s(%s);" % (name, row["ret"], params))
            self.check("std::is_same<decltype(::%s), %s>::value" % (row["function"], name), row, "type")

    def add_method(self, row, scope, is_only):
        qualifiers = row["qualifiers"].split()
        params = split_list(row["params"])
        name = row["function"][len(scope) + 2:]
        constant = " const" if "const" in qualifiers else ""
        owner = "" if "static" in qualifiers else scope + "::"
        self.emit("static constexpr %s (%s*%s)(%s)%s = &%s::%s;" %
                  (row["ret"], owner, self.unique("kMethod"), ", ".join(params), constant, scope, name))

        def call(count, owner_type):
            arguments = ", ".join("Value<%s>()" % param for param in params[:count])
            return "Value<%s%s&>().%s(%s)" % ("const " if constant else "", owner_type, name, arguments)

        fewest = len(params) - int(row["ndefaults"])
        for count in range(fewest, len(params)):
            self.emit("using %s = decltype(%s);" % (self.unique("Shorter"), call(count, scope)))
        if is_only and fewest > 0:
            test = self.unique("TooShort")
            self.emit("template <class T, class = void> struct %s : std::true_type {};" % test)
            self.emit("template <class T> struct %s<T, std::void_t<decltype(%s)>> : std::false_type {};" %
                      (test, call(fewest - 1, "T")))
            self.check("%s<%s>::value" % (test, scope), row, "needs %d arguments" % fewest)

    def add_constructor(self, row, scope):
        params = split_list(row["params"])
        for count in range(len(params) - int(row["ndefaults"]), len(params) + 1):
            self.emit("using %s = decltype(::new %s(%s));" %
                      (self.unique("Made"), scope, ", ".join("Value<%s>()" % param for param in params[:count])))
        takes_one = len(params) - int(row["ndefaults"]) <= 1 <= len(params)
        if takes_one and "protected" not in row["qualifiers"].split():
            is_implicit = "explicit" not in row["qualifiers"].split()
            self.check("std::is_convertible<%s, %s>::value == %s" % (params[0], scope, str(is_implicit).lower()), row,
                       "implicit or not")

    def add_bit_fields(self):
        self.emit("bool BitFieldsOf_%s() {" % re.sub(r"\W", "_", self.header))
        for row in self.bit_fields:
            offset, width = int(row["bit_offset"]), int(row["bit_width"])
            ones = (1 << width) - 1
            record, member = row["name"], row["field"]
            self.emit("  {")
            self.emit("    %s record;" % record)
            self.emit("    unsigned long long bits = 0;")
            self.emit("    static_assert(sizeof record <= sizeof bits);")
            self.emit("    static_assert(std::is_same<decltype(record.%s), %s>::value);" % (member, row["type"]))
            self.emit("    std::memset(&record, 0, sizeof record);")
            self.emit("    record.%s = static_cast<%s>(%d);" % (member, row["type"], ones))
            self.emit("    std::memcpy(&bits, &record, sizeof record);")
            self.emit("    if (bits != 0x%xull) return false;" % (ones << offset))
            self.emit("  }")
        self.emit("  return true;\n}")

    def source(self):
        self.add_bit_fields()
        prologue = CXX_PROLOGUE.format(header=self.header)
        return prologue + "\n" + "\n".join(self.lines) + "\n"


def generate(arguments):
    exceptions = Exceptions(read_rows(arguments.exceptions, arguments.header))
    types = read_rows(arguments.types, arguments.header)
    functions = read_rows(arguments.functions, arguments.header)
    if not types and not functions:
        raise TableError("no row names the header")
    generator = (CGenerator if arguments.language == "c" else CxxGenerator)(arguments.header, exceptions)
    for row in types:
        generator.add_type_row(row)
    generator.add_functions(functions)
    exceptions.check_all_used()
    return generator.source()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--types", required=True)
    parser.add_argument("--functions", required=True)
    parser.add_argument("--exceptions", required=True)
    parser.add_argument("--header", required=True)
    parser.add_argument("--language", choices=("c", "c++"), required=True)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    try:
        text = generate(arguments)
    except TableError as error:
        sys.exit("%s: %s" % (arguments.header, error))
    with open(arguments.output, "w", encoding="utf-8") as source:
        source.write(text)


if __name__ == "__main__":
    main()
