"""Draws the pictures of the shapes example: coloured shapes on textured, noisy backgrounds.

    python3 examples/shapes/generate.py --count 4 --seed 1 --out DIR

writes shapes-0.ppm, ... and shapes.txt: a line per shape, "file class x1 y1 x2 y2" in pixels. Needs numpy and pillow.
"""

import argparse
import pathlib

import numpy as np
from PIL import Image, ImageDraw

SIZE = 128
CLASSES = ("circle", "square", "triangle")


def polygon(kind, box):
    x1, y1, x2, y2 = box
    if kind == "square":
        return [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
    return [((x1 + x2) / 2, y1), (x2, y2), (x1, y2)]


def background(random):
    base = random.uniform(30, 225, 3)
    slope = random.uniform(-60, 60, (2, 3))
    ramp = np.linspace(-0.5, 0.5, SIZE)
    picture = base + ramp[:, None, None] * slope[0] + ramp[None, :, None] * slope[1]
    stripes = np.sin(np.arange(SIZE) * random.uniform(0.05, 0.6)) * random.uniform(0, 20)
    return np.clip(picture + stripes[None, :, None], 0, 255).astype(np.uint8)


def _overlaps(box, others):
    return any(box[0] < o[2] + 4 and o[0] < box[2] + 4 and box[1] < o[3] + 4 and o[1] < box[3] + 4 for o in others)


def draw(random):
    """One picture [SIZE, SIZE, 3] uint8 and its shapes, a list of (class index, (x1, y1, x2, y2))."""
    texture = background(random)
    image = Image.fromarray(texture)
    canvas = ImageDraw.Draw(image)
    boxes, classes = [], []
    for _ in range(random.integers(1, 5)):
        width, height = random.integers(16, 49, 2)
        x, y = random.integers(1, SIZE - width - 1), random.integers(1, SIZE - height - 1)
        kind = int(random.integers(len(CLASSES)))
        if CLASSES[kind] != "triangle":
            height = min(width, SIZE - 2 - y)
            width = height
        box = (int(x), int(y), int(x + width), int(y + height))
        if _overlaps(box, boxes):
            continue
        around = texture[box[1]:box[3], box[0]:box[2]].mean((0, 1))
        colour = random.integers(0, 256, 3)
        while np.abs(colour - around).max() < 80:
            colour = random.integers(0, 256, 3)
        fill = tuple(int(c) for c in colour)
        if CLASSES[kind] == "circle":
            canvas.ellipse(box, fill=fill)
        else:
            canvas.polygon(polygon(CLASSES[kind], box), fill=fill)
        boxes.append(box)
        classes.append(kind)
    noise = random.normal(0, random.uniform(0, 12), (SIZE, SIZE, 3))
    picture = np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8)
    return picture, list(zip(classes, boxes))


def write_ppm(path, picture):
    with open(path, "wb") as file:
        file.write(b"P6\n%d %d\n255\n" % (picture.shape[1], picture.shape[0]))
        file.write(picture.tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(arguments.seed)
    with open(arguments.out / "shapes.txt", "w", encoding="utf-8") as truth:
        for index in range(arguments.count):
            picture, shapes = draw(random)
            name = f"shapes-{index}.ppm"
            write_ppm(arguments.out / name, picture)
            for kind, box in shapes:
                truth.write(f"{name} {CLASSES[kind]} {' '.join(str(v) for v in box)}\n")


if __name__ == "__main__":
    main()
