"""Finds shapes in a picture and in a video and draws boxes around them, with SAIL only.

    python3 detect.py compilation.bmodel scene.jpg scene.mp4 FOLDER

writes FOLDER/scene.jpg and FOLDER/scene.mp4: what detect.cc does. How the outputs of the network are read: README.md.
"""

import argparse
import pathlib
import sys
import time

import numpy as np
import sophon.sail as sail

SIZE, CELL, GRID, THRESHOLD = 128, 8, 16, 0.4
CLASSES = ("circle", "square", "triangle")
RED = (0, 0, 255)


def find(heat, box):
    """(class name, score, x1, y1, x2, y2) of the cells whose heat [3, GRID, GRID] is the largest around, in pixels."""
    around = np.pad(heat.max(0), 1)
    largest = np.lib.stride_tricks.sliding_window_view(around, (3, 3)).max((2, 3))
    found = []
    for kind, y, x in zip(*np.nonzero((heat >= THRESHOLD) & (heat >= largest))):
        centre = (np.array((x, y)) + box[:2, y, x]) * CELL
        half = box[2:, y, x] * SIZE / 2
        found.append((CLASSES[kind], float(heat[kind, y, x]), *(centre - half), *(centre + half)))
    return found


class Detector:
    """The network on a card, with the pictures and tensors that it works in."""

    def __init__(self, model):
        self.engine = sail.Engine(model, 0, sail.IOMode.SYSO)
        self.handle = self.engine.get_handle()
        self.bmcv = sail.Bmcv(self.handle)
        self.graph = self.engine.get_graph_names()[0]
        self.input_name = self.engine.get_input_names(self.graph)[0]
        shapes = {"heat": [1, len(CLASSES), GRID, GRID], "box": [1, 4, GRID, GRID]}
        actual = {name: self.engine.get_output_shape(self.graph, name) for name in shapes}
        if actual != shapes or self.engine.get_input_shape(self.graph, self.input_name) != [1, 3, SIZE, SIZE]:
            raise ValueError(f"{model} is not the shapes network: its outputs are {actual}")
        self.outputs = {
            name: sail.Tensor(self.handle, shape, sail.Dtype.BM_FLOAT32, True, True) for name, shape in shapes.items()
        }

    def find(self, image):
        small = sail.BMImage(self.handle, SIZE, SIZE, sail.Format.FORMAT_RGB_PLANAR,
                             sail.ImgDtype.DATA_TYPE_EXT_1N_BYTE)
        scaled = sail.BMImage(self.handle, SIZE, SIZE, sail.Format.FORMAT_RGB_PLANAR,
                              sail.ImgDtype.DATA_TYPE_EXT_FLOAT32)
        check(self.bmcv.vpp_resize(image, small, SIZE, SIZE, sail.bmcv_resize_algorithm.BMCV_INTER_LINEAR), "resize")
        check(self.bmcv.convert_to(small, scaled, ((1 / 255, 0), (1 / 255, 0), (1 / 255, 0))), "convert")
        self.engine.process(self.graph, {self.input_name: self.bmcv.bm_image_to_tensor(scaled)}, self.outputs)
        return find(self.outputs["heat"].asnumpy()[0], self.outputs["box"].asnumpy()[0])

    def draw(self, image, found):
        """The picture with a box and a name around each shape."""
        drawn = sail.BMImage(self.handle, image.height(), image.width(), sail.Format.FORMAT_YUV420P,
                             sail.ImgDtype.DATA_TYPE_EXT_1N_BYTE)
        check(self.bmcv.convert_format(image, drawn), "convert to YUV420P")
        scale = np.array((image.width(), image.height())) / SIZE
        for name, _, x1, y1, x2, y2 in found:
            (left, top), (right, bottom) = (int(v) for v in (x1, y1) * scale), (int(v) for v in (x2, y2) * scale)
            self.bmcv.rectangle(drawn, left, top, right - left, bottom - top, RED, 3)
            self.bmcv.putText(drawn, name, left, top - 8 if top > 20 else bottom + 24, RED, 0.8, 2)
        return drawn


def check(answer, what):
    if answer != 0:
        raise RuntimeError(f"{what} failed: {answer}")


def run_picture(detector, source, target):
    image = sail.Decoder(str(source), True, 0).read(detector.handle)
    found = detector.find(image)
    for name, score, *_ in found:
        print(f"{source}: {name:8} {score:.2f}")
    check(detector.bmcv.imwrite(str(target), detector.draw(image, found)), f"writing {target}")


def run_video(detector, source, target):
    decoder = sail.Decoder(str(source), True, 0)
    _, _, height, width = decoder.get_frame_shape()
    encoder = sail.Encoder(str(target), detector.handle, "h264_bm", "I420",
                           f"width={width}:height={height}:framerate=25:bitrate=800:gop=25:gop_preset=2", 5, 3)
    frames = shapes = 0
    chip_start = sail.get_chip_time_us(detector.handle)
    start = time.monotonic()
    image = sail.BMImage()
    while decoder.read(detector.handle, image) == 0:
        found = detector.find(image)
        shapes += len(found)
        check(encoder.video_write(detector.draw(image, found)), f"encoding frame {frames}")
        frames += 1
    encoder.release()
    if frames == 0:
        raise RuntimeError(f"{source} has no frames")
    seconds = time.monotonic() - start
    chip_micros = (sail.get_chip_time_us(detector.handle) - chip_start) / frames
    print(f"{source}: {frames} frames, {shapes} shapes, {frames / seconds:.1f} frames per second; "
          f"estimated chip time {chip_micros:.1f} us a frame")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bmodel")
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("video", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    detector = Detector(arguments.bmodel)
    run_picture(detector, arguments.picture, arguments.folder / "scene.jpg")
    run_video(detector, arguments.video, arguments.folder / "scene.mp4")
    print(f"written to {arguments.folder}: scene.jpg and scene.mp4")


if __name__ == "__main__":
    sys.exit(main())
