"""The C++ rules of this workspace: Bazel's own with our warnings and defaults, kept in one place."""

_COPTS = [
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wnon-virtual-dtor",
    "-Wimplicit-fallthrough",
    # The chip multiplies and adds in two rounded steps; a fused operation would change bits.
    "-ffp-contract=off",
]

def sdk_cc_library(name, copts = [], **kwargs):
    native.cc_library(name = name, copts = _COPTS + copts, **kwargs)

def sdk_cc_binary(name, copts = [], **kwargs):
    native.cc_binary(name = name, copts = _COPTS + copts, **kwargs)

def sdk_cc_test(name, srcs = None, copts = [], deps = [], **kwargs):
    """A GoogleTest program; `srcs` defaults to <name>.cc."""
    native.cc_test(
        name = name,
        srcs = srcs or [name + ".cc"],
        copts = _COPTS + copts,
        deps = deps + ["//third_party/gtest:gtest_main"],
        **kwargs
    )

def sdk_cc_benchmark(name, srcs = None, copts = [], deps = [], **kwargs):
    """A Google Benchmark program, built by hand only (`bazel run -c opt`)."""
    native.cc_binary(
        name = name,
        testonly = True,
        srcs = srcs or [name + ".cc"],
        copts = _COPTS + copts,
        tags = ["manual"],
        deps = deps + ["//third_party/benchmark:benchmark_main"],
        **kwargs
    )

def sdk_cc_fuzz(name, srcs = None, copts = [], deps = [], **kwargs):
    """A libFuzzer program: `bazel run --config=fuzz //x:y_fuzz -- -max_total_time=60`."""
    native.cc_binary(
        name = name,
        testonly = True,
        srcs = srcs or [name + ".cc"],
        copts = _COPTS + copts,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = deps,
        **kwargs
    )
