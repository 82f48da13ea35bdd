"""python3 -m sophon.utils.perf BMODEL IDS: throughput of a model on several devices at once."""

import argparse

import sophon.sail as sail


def ids(text):
    return [int(word) for word in text.split(",")]


def main():
    parser = argparse.ArgumentParser(prog="sophon.utils.perf", description=__doc__)
    parser.add_argument("bmodel", help="the file")
    parser.add_argument("tpu_ids", type=ids, help="device ids with commas between, as 0,1")
    arguments = parser.parse_args()
    sail._perf(arguments.bmodel, arguments.tpu_ids)


if __name__ == "__main__":
    main()
