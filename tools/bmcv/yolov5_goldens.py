"""Writes bmcv/detection/testing/yolov5_goldens.inc: boxes of random heads by NumPy and ONNX Runtime's NonMaxSuppression.

  yolov5_goldens.py > bmcv/detection/testing/yolov5_goldens.inc

The heads hold the numbers of a linear congruential generator, which the test repeats.
"""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

NETWORK = 64
GRIDS = (8, 4, 2)
ANCHORS = (((10, 13), (16, 30), (33, 23)), ((30, 61), (62, 45), (59, 119)), ((116, 90), (156, 198), (373, 326)))
CLASSES = 3
SCORE, OVERLAP = 0.85, 0.45


class Numbers:
    """-4 to 4 in steps of 2^-13."""

    def __init__(self, seed):
        self.state = seed

    def take(self, count):
        values = []
        for _ in range(count):
            self.state = (self.state * 1664525 + 1013904223) % 2**32
            values.append((self.state >> 16) / 8192.0 - 4.0)
        return np.array(values, dtype=np.float64)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def decode(numbers):
    boxes, scores = [], []
    for grid, anchors in zip(GRIDS, ANCHORS):
        head = sigmoid(numbers.take(3 * grid * grid * (5 + CLASSES)).reshape(3, grid, grid, 5 + CLASSES))
        rows, columns = np.meshgrid(np.arange(grid), np.arange(grid), indexing="ij")
        centre = (head[..., :2] * 2 - 0.5 + np.stack([columns, rows], -1)) * (NETWORK / grid)
        size = (head[..., 2:4] * 2)**2 * np.array(anchors).reshape(3, 1, 1, 2)
        boxes.append(np.concatenate([centre - size / 2, centre + size / 2], -1).reshape(-1, 4))
        scores.append((head[..., 4:5] * head[..., 5:]).reshape(-1, CLASSES))
    return np.concatenate(boxes), np.concatenate(scores)


def suppress(boxes, scores):
    node = helper.make_node("NonMaxSuppression", ["boxes", "scores", "count", "overlap", "score"], ["selected"])
    inputs = [helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, None, 4]),
              helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, None, None]),
              helper.make_tensor_value_info("count", TensorProto.INT64, [1]),
              helper.make_tensor_value_info("overlap", TensorProto.FLOAT, [1]),
              helper.make_tensor_value_info("score", TensorProto.FLOAT, [1])]
    outputs = [helper.make_tensor_value_info("selected", TensorProto.INT64, [None, 3])]
    model = helper.make_model(helper.make_graph([node], "nms", inputs, outputs),
                              opset_imports=[helper.make_opsetid("", 11)])
    model.ir_version = 8
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {
        "boxes": boxes[None].astype(np.float32),
        "scores": scores.T[None].astype(np.float32),
        "count": np.array([10**6]),
        "overlap": np.array([OVERLAP], np.float32),
        "score": np.array([SCORE], np.float32)
    })[0]


def main():
    boxes, scores = decode(Numbers(12345))
    found = [(scores[place, label], label, boxes[place]) for _, label, place in suppress(boxes, scores)]
    found.sort(key=lambda row: -row[0])
    print("// Written by tools/bmcv/yolov5_goldens.py: label, score, left, top, right, bottom.")
    for score, label, (left, top, right, bottom) in found:
        print("{%d, %.6ff, %.4ff, %.4ff, %.4ff, %.4ff}," % (label, score, left, top, right, bottom))


if __name__ == "__main__":
    main()
