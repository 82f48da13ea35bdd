"""Everything a workspace needs in order to depend on single targets of this one.

An outside workspace names this repository `bmnnsdk` and calls both functions:

    local_repository(name = "bmnnsdk", path = "...")
    load("@bmnnsdk//:repositories.bzl", "bmnnsdk_register_toolchains", "bmnnsdk_repositories")
    bmnnsdk_repositories()
    bmnnsdk_register_toolchains()

Nothing is downloaded: each repository is a view of a system package or is written on the spot.
"""

load("//third_party:shims.bzl", "bazel_shims")
load("//third_party:system.bzl", "optional_package", "system_package", "system_python", "system_tools")

def bmnnsdk_repositories():
    """Declares the external repositories that the targets of this workspace use."""
    bazel_shims()
    system_package(
        name = "eigen",
        build_file = "@bmnnsdk//third_party:eigen.BUILD",
        directory = "/usr/include/eigen3",
        package = "libeigen3-dev",
    )
    system_package(
        name = "hershey_fonts",
        build_file = "@bmnnsdk//third_party:hershey_fonts.BUILD",
        directory = "/usr/share/hershey-fonts",
        package = "hershey-fonts-data",
    )
    optional_package(
        name = "opencv",
        build_file = "@bmnnsdk//third_party:opencv.BUILD",
        directory = "/usr/include/opencv4",
        files = ["opencv2/%s.hpp" % module for module in ["core", "imgproc", "imgcodecs", "videoio"]],
        targets = ["headers", "core", "imgproc", "imgcodecs", "videoio"],
    )
    system_tools(
        name = "system_tools",
        tools = {
            "flatc": "flatbuffers-compiler",
            "protoc": "protobuf-compiler",
        },
    )
    system_python(name = "system_python")

def bmnnsdk_register_toolchains():
    """Registers the Python interpreter that the system's NumPy belongs to."""
    native.register_toolchains("@system_python//:toolchain")
