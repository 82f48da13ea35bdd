"""Writes the wheel `sophon`: the module, the libraries that it loads, a stub for editors.

The libraries of this SDK are in the wheel; those of the system that they use (FFmpeg, Abseil, spdlog and others of
tools/install_packages.sh) are not.
"""

import argparse
import base64
import hashlib
import os
import sysconfig
import zipfile

import sophon
import sophon.sail as sail

from sail.python.packaging import stub

PACKAGE = os.path.dirname(os.path.abspath(sophon.__file__))
# Of every file, so that the same build gives the same wheel.
DATE = (1980, 1, 1, 0, 0, 0)

METADATA = """Metadata-Version: 2.1
Name: sophon
Version: {version}
Summary: SAIL on simulated Sophon devices
License: Apache-2.0
Requires-Python: =={python}.*
Requires-Dist: numpy<2
"""

WHEEL = """Wheel-Version: 1.0
Generator: bmnnsdk {version}
Root-Is-Purelib: false
Tag: {tag}
"""


def read(path):
    with open(path, "rb") as file:
        return file.read()


def python_files():
    """{name in the wheel: bytes} of the package's Python files."""
    files = {}
    for folder, _, names in os.walk(PACKAGE):
        for name in names:
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                files[os.path.join("sophon", os.path.relpath(path, PACKAGE))] = read(path)
    return files


def record(files, path):
    lines = []
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append("%s,sha256=%s,%d" % (name, digest, len(data)))
    return "\n".join(lines + [path + ",,", ""]).encode()


def write_wheel(folder, libraries):
    """Returns the path of the wheel."""
    version = read("VERSION").decode().strip()
    interpreter = "cp" + sysconfig.get_config_var("py_version_nodot")
    tag = "-".join((interpreter, interpreter, sysconfig.get_platform().replace("-", "_").replace(".", "_")))
    files = python_files()
    files["sophon/sail.so"] = read(sail.__file__)
    files["sophon/sail.pyi"] = stub.stub(sail).encode()
    for library in libraries:
        files["sophon/" + os.path.basename(library)] = read(library)
    info = "sophon-%s.dist-info/" % version
    python = sysconfig.get_config_var("py_version_short")
    files[info + "METADATA"] = METADATA.format(version=version, python=python).encode()
    files[info + "WHEEL"] = WHEEL.format(version=version, tag=tag).encode()
    files[info + "LICENSE"] = read("LICENSE")
    files[info + "RECORD"] = record(files, info + "RECORD")
    path = os.path.join(folder, "sophon-%s-%s.whl" % (version, tag))
    os.makedirs(folder, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if ".so" in name else 0o644) << 16
            wheel.writestr(entry, files[name])
    return path


def main():
    parser = argparse.ArgumentParser(prog="wheel", description="Writes the wheel sophon into a folder.")
    parser.add_argument("libraries", nargs="+", help="the libraries that the module loads")
    parser.add_argument("folder", help="where the wheel goes")
    arguments = parser.parse_args()
    # `bazel run` starts the program elsewhere than where it was called.
    folder = os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""), arguments.folder)
    print(write_wheel(folder, arguments.libraries))


if __name__ == "__main__":
    main()
