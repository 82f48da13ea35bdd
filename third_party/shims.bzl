"""Stand-ins for the repositories that Debian's Bazel names but does not ship."""

_RULES_CC = ["cc_binary", "cc_import", "cc_library", "cc_proto_library", "cc_test", "cc_toolchain", "cc_toolchain_suite", "objc_library"]
_RULES_JAVA = [
    "java_binary",
    "java_import",
    "java_library",
    "java_package_configuration",
    "java_plugin",
    "java_proto_library",
    "java_runtime",
    "java_test",
    "java_toolchain",
]

def _written_repository_impl(ctx):
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    for path, content in ctx.attr.files.items():
        ctx.file(path, content, executable = path.endswith(".sh"))

_written_repository = repository_rule(
    implementation = _written_repository_impl,
    attrs = {"files": attr.string_dict(mandatory = True)},
    doc = "A repository whose files are given as text.",
)

def _aliases(rules):
    return "".join(["%s = native.%s\n" % (rule, rule) for rule in rules])

def bazel_shims():
    """Declares the shims when the running Bazel is Debian's, whose version string is empty."""
    if native.bazel_version != "":
        return
    _written_repository(
        name = "rules_cc",
        files = {
            "BUILD": "",
            "cc/BUILD": "toolchain_type(name = \"toolchain_type\", visibility = [\"//visibility:public\"])\n",
            "cc/defs.bzl": _aliases(_RULES_CC),
        },
    )
    _written_repository(
        name = "rules_java",
        files = {
            "BUILD": "",
            "java/BUILD": "",
            "java/defs.bzl": _aliases(_RULES_JAVA),
        },
    )
    _written_repository(
        name = "remote_coverage_tools",
        files = {
            "BUILD": """package(default_visibility = ["//visibility:public"])
filegroup(name = "coverage_report_generator", srcs = [])
sh_binary(name = "lcov_merger", srcs = ["lcov_merger.sh"])
""",
            "lcov_merger.sh": "#!/bin/sh\nexit 0\n",
        },
    )
