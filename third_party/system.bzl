"""Repository rules that make Debian packages visible to Bazel."""

def _system_package_impl(ctx):
    directory = ctx.path(ctx.attr.directory)
    if not directory.exists:
        fail("%s is missing: install the package %s (apt-get install %s)" % (directory, ctx.attr.package, ctx.attr.package))
    for entry in directory.readdir():
        ctx.symlink(entry, entry.basename)
    ctx.symlink(ctx.attr.build_file, "BUILD.bazel")

system_package = repository_rule(
    implementation = _system_package_impl,
    attrs = {
        "build_file": attr.label(mandatory = True, allow_single_file = True),
        "directory": attr.string(mandatory = True),
        "package": attr.string(mandatory = True),
    },
    local = True,
    doc = "Headers below one directory of the system, with a BUILD file of ours.",
)

def _optional_package_impl(ctx):
    missing = [file for file in ctx.attr.files if not ctx.path(ctx.attr.directory + "/" + file).exists]
    ctx.file("installed.bzl", "INSTALLED = %s\n" % (not missing))
    if not missing:
        for entry in ctx.path(ctx.attr.directory).readdir():
            ctx.symlink(entry, "include/" + entry.basename)
        ctx.symlink(ctx.attr.build_file, "BUILD.bazel")
        return
    ctx.file("BUILD.bazel", """package(default_visibility = ["//visibility:public"])

[
    cc_library(
        name = name,
        target_compatible_with = ["@bmnnsdk//third_party:not_installed"],
    )
    for name in %s
]
""" % repr(ctx.attr.targets))

optional_package = repository_rule(
    implementation = _optional_package_impl,
    attrs = {
        "build_file": attr.label(mandatory = True, allow_single_file = True),
        "directory": attr.string(mandatory = True),
        "files": attr.string_list(mandatory = True, doc = "What has to be there, below the directory."),
        "targets": attr.string_list(mandatory = True, doc = "The targets of the BUILD file."),
    },
    local = True,
    doc = "As system_package, but in include/, which no target searches unasked; without one of the files, targets that depend on it are skipped, and @name//:installed.bzl says so.",
)

def _system_tools_impl(ctx):
    for tool, package in ctx.attr.tools.items():
        path = ctx.which(tool)
        if path == None:
            fail("the program %s is missing: install the package %s (apt-get install %s)" % (tool, package, package))
        ctx.symlink(path, tool)
    ctx.file("BUILD.bazel", "exports_files(%s)\n" % repr(ctx.attr.tools.keys()))

system_tools = repository_rule(
    implementation = _system_tools_impl,
    attrs = {"tools": attr.string_dict(mandatory = True, doc = "program -> the package that ships it")},
    local = True,
    doc = "Programs of the system for use in genrules.",
)

def _system_python_impl(ctx):
    interpreter = ctx.os.environ.get("BM_PYTHON", "/usr/bin/python3")
    query = "from sysconfig import *; print(get_path('include')); print(get_config_var('LDVERSION'))"
    result = ctx.execute([interpreter, "-c", query])
    if result.return_code != 0:
        fail("%s does not run: install python3-dev or set BM_PYTHON\n%s" % (interpreter, result.stderr))
    include_path, version = result.stdout.strip().split("\n")
    include = ctx.path(include_path)
    if include.exists:
        ctx.symlink(include, "include")
    numpy = ctx.execute([interpreter, "-c", "import numpy; print(numpy.get_include())"])
    if numpy.return_code == 0:
        ctx.symlink(numpy.stdout.strip(), "numpy_include")
    ctx.file("BUILD.bazel", """
load("@bazel_tools//tools/python:toolchain.bzl", "py_runtime_pair")

package(default_visibility = ["//visibility:public"])

py_runtime(
    name = "runtime",
    interpreter_path = "{interpreter}",
    python_version = "PY3",
    stub_shebang = "#!{interpreter}",
)

py_runtime_pair(
    name = "runtime_pair",
    py3_runtime = ":runtime",
)

toolchain(
    name = "toolchain",
    toolchain = ":runtime_pair",
    toolchain_type = "@bazel_tools//tools/python:toolchain_type",
)

cc_library(
    name = "headers",
    hdrs = glob(["include/**/*.h"]),
    includes = ["include"],
)

cc_library(
    name = "library",
    linkopts = ["-lpython{version}"],
    deps = [":headers"],
)

cc_library(
    name = "numpy",
    hdrs = glob(["numpy_include/**/*.h"], allow_empty = True),
    includes = ["numpy_include"],
    deps = [":headers"],
)
""".format(interpreter = interpreter, version = version))

system_python = repository_rule(
    implementation = _system_python_impl,
    environ = ["BM_PYTHON"],
    local = True,
    doc = "The Python interpreter ($BM_PYTHON, default /usr/bin/python3), its headers and NumPy's.",
)
