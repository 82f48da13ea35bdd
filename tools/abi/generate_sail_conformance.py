"""Turns rows of the table of SAIL's C++ classes into a source that compiles only against headers that agree with them.

  generate_sail_conformance.py --classes classes.tsv --not_provided classes_not_provided.tsv
      --differing classes_differing.tsv --header cvwrapper.h --output cvwrapper_conformance.cc

A row of the second generation or of both must be met exactly: the type of a method, its shorter argument lists, fields,
values, sizes, traits. A row of the first generation alone must be callable: what we have more has defaults. The source
is compiled with -fno-access-control and linked with the library, which has to hold every function. Templates are
instantiated once.

A row that the generator does not understand, and an exception that no row needs, end it with an error. The columns:
tests/conformance/sail/README.md.
"""

import argparse
import collections
import csv
import re
import sys

PROLOGUE = """\
#include "{header}"

#include <type_traits>
#include <utility>

#include "{header}"  // again: include guards

// A value of the type in an operand that is not evaluated.
template <class T>
T Value();
"""

# What stands for the parameters of templates.
ARGUMENTS = {"T": "int", "U": "int", "N": "2"}
TRAITS = {
    "default_constructible": "std::is_default_constructible",
    "copy_constructible": "std::is_copy_constructible",
    "copy_assignable": "std::is_copy_assignable",
    "move_constructible": "std::is_move_constructible",
    "move_assignable": "std::is_move_assignable",
    "polymorphic": "std::is_polymorphic",
}
RECORDS = ("class", "struct")


class TableError(Exception):
    """A row that cannot be turned into a check."""


def read_rows(path):
    with open(path, newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def split_list(text):
    return [element.strip() for element in text.split(" | ")] if text else []


def template_parameters(row):
    return [parameter.split()[-1] for parameter in row["template"].split(",")] if row["template"] else []


def instantiated(text, parameters):
    """`text` with ARGUMENTS in the place of template parameters."""
    for parameter in parameters:
        text = re.sub(r"\b%s\b" % parameter, ARGUMENTS[parameter], text)
    return text


class Exceptions:
    """Rows, or cells of rows, that our headers do not meet, each with its reason."""

    def __init__(self, not_provided, differing, header):
        self._absent = {(row["class"], row["name"]) for row in not_provided if row["header"] == header}
        self._cells = {(row["generation"], row["class"], row["name"], row["column"]) for row in differing
                       if row["header"] == header}
        self._unused = self._absent | self._cells

    def is_absent(self, row):
        for key in ((row["class"], "*"), (row["class"], row["name"])):
            if key in self._absent:
                self._unused.discard(key)
                return True
        return False

    def differs(self, row, column):
        key = (row["generation"], row["class"], row["name"], column)
        self._unused.discard(key)
        return key in self._cells

    def check_all_used(self):
        if self._unused:
            raise TableError("exceptions without a row: %s" % sorted(self._unused))


class Generator:
    """Collects the lines of one source."""

    def __init__(self, rows, exceptions):
        self._exceptions = exceptions
        self._count = 0
        self._templates = {row["class"]: template_parameters(row) for row in rows if row["kind"] in RECORDS}
        self._overloads = collections.Counter(
            (row["class"], row["name"]) for row in rows if row["kind"] in ("method", "function"))
        self.lines = []
        self.checked = 0

    def unique(self, prefix):
        self._count += 1
        return "%s%d" % (prefix, self._count)

    def emit(self, line):
        self.lines.append(line)

    def check(self, condition, row, what):
        text = "%s::%s: %s" % (row["class"], row["name"], what)
        self.emit('static_assert(%s, "%s");' % (condition, text.replace('"', "'")))

    def owner(self, row):
        """The class of a row, spelled inside its namespace."""
        name = row["class"].rpartition("::")[2]
        arguments = [ARGUMENTS[parameter] for parameter in self._templates.get(row["class"], [])]
        return "%s<%s>" % (name, ", ".join(arguments)) if arguments else name

    def own_parameters(self, row):
        """Template parameters of the row that are not its class's."""
        return [p for p in template_parameters(row) if p not in self._templates.get(row["class"], [])]

    def params(self, row):
        every = set(template_parameters(row)) | set(self._templates.get(row["class"], []))
        return [instantiated(param, every) for param in split_list(row["params"])], instantiated(row["ret"], every)

    def fewest(self, row):
        return int(row["nparams"]) - len(split_list(row["defaults"]))

    def add(self, row):
        handlers = {
            "class": self.add_record,
            "struct": self.add_record,
            "instantiation": self.add_instantiation,
            "enum": self.add_enum,
            "enumerator": self.add_enumerator,
            "typedef": self.add_typedef,
            "field": self.add_field,
            "function": self.add_function,
            "method": self.add_method,
            "constructor": self.add_constructor,
            "destructor": self.add_destructor,
            "macro_empty": self.add_macro,
            "macro_function": self.add_macro,
        }
        if row["kind"] not in handlers:
            raise TableError("%s::%s: unknown kind %s" % (row["class"], row["name"], row["kind"]))
        self.checked += 1
        # Records and enumerations of the global namespace are named without a scope.
        scoped = row["class"].startswith("sail") and row["class"] != "sail_algo_status"
        if scoped and not row["kind"].startswith("macro"):
            self.emit("namespace sail {")
        handlers[row["kind"]](row)
        if scoped and not row["kind"].startswith("macro"):
            self.emit("}")

    def add_record(self, row):
        name = self.owner(row)
        for column, operator in (("size", "sizeof"), ("align", "alignof")):
            if row[column] and not self._exceptions.differs(row, column):
                self.check("%s(%s) == %s" % (operator, name, row[column]), row, "%s %s" % (column, row[column]))
        for trait in row["traits"].split("; ") if row["traits"] else []:
            key, value = trait.split("=")
            if not self._exceptions.differs(row, key):
                self.check("%s<%s>::value == %s" % (TRAITS[key], name, str(value == "yes").lower()), row, trait)
        if row["qualifiers"].startswith("base "):
            base = instantiated(row["qualifiers"][len("base "):], self._templates[row["class"]])
            self.check("std::is_base_of<%s, %s>::value" % (base, name), row, "base class")

    def add_instantiation(self, row):
        name = row["class"].rpartition("::")[2]
        self.check("sizeof(%s) == %s && alignof(%s) == %s" % (name, row["size"], name, row["align"]), row,
                   "size and alignment")

    def add_enum(self, row):
        name = self.owner(row)
        self.check("std::is_same<std::underlying_type<%s>::type, %s>::value" % (name, row["ret"]), row, row["ret"])
        is_scoped = row["qualifiers"] == "scoped"
        self.check("std::is_convertible<%s, int>::value == %s" % (name, str(not is_scoped).lower()), row, "scoped")

    def add_enumerator(self, row):
        if self._exceptions.differs(row, "value"):
            return
        self.check("static_cast<int>(%s::%s) == %s" % (self.owner(row), row["name"], row["value"]), row,
                   "value " + row["value"])

    def add_typedef(self, row):
        name = self.owner(row)
        self.check("std::is_same<%s, %s>::value" % (name, row["ret"]), row, row["ret"])

    def add_field(self, row):
        _, type_name = self.params(row)
        self.check("std::is_same<decltype(Value<%s&>().%s), %s>::value" % (self.owner(row), row["name"], type_name),
                   row, "type " + type_name)

    def values(self, params):
        return ", ".join("Value<%s>()" % param for param in params)

    def check_calls(self, row, params, result, call):
        """Every argument list may be left shorter by the defaults; the only overload not by more."""
        for count in range(self.fewest(row), len(params) + 1):
            self.check("std::is_same<decltype(%s), %s>::value" % (call(count), result), row, "%d arguments" % count)

    def used(self, row):
        """Makes the linker look for a function that its address names, where the library has it."""
        return "[[maybe_unused]] " if self._exceptions.differs(row, "library") else "[[gnu::used]] "

    def add_function(self, row):
        params, result = self.params(row)
        self.check_calls(row, params, result, lambda count: "%s(%s)" % (row["name"], self.values(params[:count])))
        self.emit("%sconstexpr auto %s = static_cast<%s (*)(%s)>(&%s);" %
                  (self.used(row), self.unique("kFunction"), result, ", ".join(params), row["name"]))

    def add_method(self, row):
        params, result = self.params(row)
        qualifiers = row["qualifiers"].split()
        constant = " const" if "const" in qualifiers else ""
        owner = self.owner(row)
        explicit = "".join("<%s>" % ARGUMENTS[parameter] for parameter in self.own_parameters(row))
        template = "template " if explicit else ""

        def call(count, type_name=None):
            return "Value<%s%s&>().%s%s%s(%s)" % ("const " if constant else "", type_name or owner, template,
                                                  row["name"], explicit, self.values(params[:count]))

        self.check_calls(row, params, result, call)
        if row["generation"] == "O":
            return
        pointer = "" if "static" in qualifiers else owner + "::"
        self.emit("%sconstexpr auto %s = static_cast<%s (%s*)(%s)%s>(&%s::%s%s);" %
                  (self.used(row), self.unique("kMethod"), result, pointer, ", ".join(params), constant, owner, row["name"], explicit))
        if self._overloads[row["class"], row["name"]] == 1 and self.fewest(row) > 0 and not explicit:
            test = self.unique("TooShort")
            self.emit("template <class Owner, class = void> struct %s : std::true_type {};" % test)
            self.emit("template <class Owner> struct %s<Owner, decltype(void(%s))> : std::false_type {};" %
                      (test, call(self.fewest(row) - 1, "Owner")))
            self.check("%s<%s>::value" % (test, owner), row, "needs %d arguments" % self.fewest(row))

    def add_constructor(self, row):
        params, _ = self.params(row)
        owner = self.owner(row)
        if row["qualifiers"] == "deleted":
            self.check("!std::is_constructible<%s>::value" % ", ".join([owner] + params), row, "deleted")
            return
        for count in range(self.fewest(row), len(params) + 1):
            self.emit("using %s = decltype(::new %s(%s));" % (self.unique("Made"), owner, self.values(params[:count])))
        if self.fewest(row) <= 1 <= len(params):
            is_implicit = "explicit" not in row["qualifiers"].split()
            self.check("std::is_convertible<%s, %s>::value == %s" % (params[0], owner, str(is_implicit).lower()), row,
                       "implicit or not")

    def add_destructor(self, row):
        is_virtual = "virtual" in row["qualifiers"].split()
        self.check("std::has_virtual_destructor<%s>::value == %s" % (self.owner(row), str(is_virtual).lower()), row,
                   "virtual or not")

    def add_macro(self, row):
        self.emit("#ifndef %s\n#error %s is not defined\n#endif" % (row["name"], row["name"]))


def generate(arguments):
    rows = [row for row in read_rows(arguments.classes) if row["header"] == arguments.header]
    if not rows:
        raise TableError("no row names the header")
    exceptions = Exceptions(read_rows(arguments.not_provided), read_rows(arguments.differing), arguments.header)
    rows = [row for row in rows if not exceptions.is_absent(row)]
    generator = Generator(rows, exceptions)
    for row in rows:
        generator.add(row)
    exceptions.check_all_used()
    return PROLOGUE.format(header=arguments.header) + "\n" + "\n".join(generator.lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("classes", "not_provided", "differing", "header", "output"):
        parser.add_argument("--" + name, required=True)
    arguments = parser.parse_args()
    try:
        text = generate(arguments)
    except TableError as error:
        sys.exit("%s: %s" % (arguments.header, error))
    with open(arguments.output, "w", encoding="utf-8") as source:
        source.write(text)


if __name__ == "__main__":
    main()
