"""python3 -m sophon.utils.dryrun BMODEL: the nets of a model, their tensors and times on device 0."""

import argparse

import sophon.sail as sail


def main():
    parser = argparse.ArgumentParser(prog="sophon.utils.dryrun", description=__doc__)
    parser.add_argument("bmodel", help="the file")
    sail._dryrun(parser.parse_args().bmodel)


if __name__ == "__main__":
    main()
