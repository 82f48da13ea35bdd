"""Writes the test networks' prototxts, blob lists and golden outputs, and on request their weights.

    python3 tools/caffe/make_networks.py                     # prototxts, blob lists, goldens of the reduced networks
    python3 tools/caffe/make_networks.py --full --weights DIR resnet50
    python3 tools/caffe/make_networks.py --trained DIR       # goldens of the trained networks whose files lie in DIR

The oracle of the goldens is OpenCV's dnn module (opencv-python-headless below 5); slim-320's scores are compared with
ONNX Runtime's of DIR/../onnx/slim-320.onnx too. A golden file has a line per output: name, elements, largest magnitude,
then "index value" pairs of up to 64 elements spread evenly.
"""

import argparse
import pathlib

import numpy as np

from networks import NETWORKS
from weights import uniform

FOLDER = pathlib.Path(__file__).parents[2] / "tests" / "networks"
SAMPLES = 64

# name -> input shape, outputs; trained_test.cc has the same shapes.
TRAINED = {
    "slim-320": ([1, 3, 240, 320], ["scores", "boxes"]),
    "pnet": ([1, 3, 48, 64], ["conv4-2", "prob1"]),
}


def blob_lines(builder):
    """"layer blob low high dims..." for every blob."""
    lines = []
    for layer, blob, shape, low, high in builder.blobs:
        lines.append(f"{layer} {blob} {low!r} {high!r} {' '.join(str(extent) for extent in shape)}")
    return "\n".join(lines) + "\n"


def forward(prototxt, caffemodel, shape, outputs):
    """The outputs that OpenCV computes for the generator's input."""
    import cv2

    net = cv2.dnn.readNetFromCaffe(np.frombuffer(prototxt.encode(), np.uint8), np.frombuffer(caffemodel, np.uint8))
    net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
    net.setInput(uniform("data", "input", shape, 0.0, 1.0))
    return net.forward(outputs)


def golden_lines(outputs, values):
    lines = []
    for name, output in zip(outputs, values):
        flat = output.flatten()
        indices = np.unique(np.linspace(0, len(flat) - 1, min(SAMPLES, len(flat))).astype(int))
        pairs = " ".join(f"{i} {flat[i]:.9g}" for i in indices)
        lines.append(f"{name} {len(flat)} {np.abs(flat).max():.9g} {pairs}")
    return "\n".join(lines) + "\n"


def unread_tops(builder):
    """The outputs: tops that no layer reads, in order."""
    read = {bottom for _, kind, bottoms, tops, _ in builder.net._layers for bottom in bottoms if bottom not in tops}
    tops = []
    for _, _, _, layer_tops, _ in builder.net._layers:
        tops += [top for top in layer_tops if top not in read and top not in tops]
    return tops


def write_trained(folder):
    """Goldens of the networks in TRAINED."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    for name, (shape, outputs) in TRAINED.items():
        prototxt = (folder / f"{name}.prototxt").read_text(encoding="utf-8")
        values = forward(prototxt, (folder / f"{name}.caffemodel").read_bytes(), shape, outputs)
        onnx = folder.parent / "onnx" / f"{name}.onnx"
        if onnx.exists():
            session = onnxruntime.InferenceSession(onnx, providers=["CPUExecutionProvider"])
            scores = session.run(["scores"], {"input": uniform("data", "input", shape, 0.0, 1.0)})[0]
            np.testing.assert_allclose(values[outputs.index("scores")], scores, atol=1e-5)
        (FOLDER / f"{name}.golden").write_text(golden_lines(outputs, values), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", default=list(NETWORKS))
    parser.add_argument("--full", action="store_true", help="the networks at their own width and size")
    parser.add_argument("--weights", type=pathlib.Path, help="also write caffemodels into this folder")
    parser.add_argument("--trained", type=pathlib.Path, help="only the goldens of the trained networks in this folder")
    arguments = parser.parse_args()
    if arguments.trained:
        write_trained(arguments.trained)
        return
    for name in arguments.names or NETWORKS:
        build, width, size = NETWORKS[name]
        builder = build(1.0, 0) if arguments.full else build(width, size)
        stem = name + ("_full" if arguments.full else "")
        (FOLDER / f"{stem}.prototxt").write_text(builder.net.prototxt(), encoding="utf-8")
        (FOLDER / f"{stem}.blobs").write_text(blob_lines(builder), encoding="utf-8")
        caffemodel = builder.net.caffemodel()
        outputs = unread_tops(builder)
        golden = golden_lines(outputs, forward(builder.net.prototxt(), caffemodel, builder.shapes["data"], outputs))
        (FOLDER / f"{stem}.golden").write_text(golden, encoding="utf-8")
        if arguments.weights:
            arguments.weights.mkdir(parents=True, exist_ok=True)
            (arguments.weights / f"{stem}.caffemodel").write_bytes(caffemodel)
        print(stem, len(builder.net._layers), "layers")


if __name__ == "__main__":
    main()
