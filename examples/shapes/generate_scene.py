"""Draws the picture and the video of the shapes example: shapes that move over a textured background.

    python3 examples/shapes/generate_scene.py --seed 7 --frames 60 --out examples/shapes/pictures

writes scene.jpg, the first frame, and scene.mp4 (25 frames a second, H.264). Needs numpy, pillow and the program
ffmpeg.
"""

import argparse
import pathlib
import subprocess

import numpy as np
from PIL import Image, ImageDraw

import generate

SIZE = 512
SCALE = SIZE // generate.SIZE  # shapes and textures are those the network was trained on, so many times larger
MARGIN = 4 * SCALE


def _background(random):
    small = generate.background(random)
    return np.asarray(Image.fromarray(small).resize((SIZE, SIZE), Image.Resampling.BICUBIC))


class Mover:
    """A shape of one colour that flies straight on and turns back at the border."""

    def __init__(self, random, background, kind):
        self.kind = kind
        self.size = int(random.integers(20, 40)) * SCALE
        self.place = random.uniform(MARGIN, SIZE - self.size - MARGIN, 2)
        self.step = random.uniform(2, 5, 2) * random.choice((-1, 1), 2)
        around = background.mean((0, 1))
        colour = random.integers(0, 256, 3)
        while np.abs(colour - around).max() < 110:
            colour = random.integers(0, 256, 3)
        self.fill = tuple(int(c) for c in colour)

    def move(self):
        self.place = self.place + self.step
        for axis in range(2):
            if not MARGIN <= self.place[axis] <= SIZE - self.size - MARGIN:
                self.step[axis] = -self.step[axis]
                self.place[axis] += 2 * self.step[axis]

    def box(self):
        x, y = self.place
        return (x, y, x + self.size, y + self.size)

    def draw(self, canvas):
        if self.kind == "circle":
            canvas.ellipse(self.box(), fill=self.fill)
        else:
            canvas.polygon(generate.polygon(self.kind, self.box()), fill=self.fill)


def _are_apart(movers, frames):
    """Whether no two of them touch in any frame. Leaves them where they end."""
    for _ in range(frames):
        for i, one in enumerate(movers):
            x1, y1, x2, y2 = one.box()
            for other in movers[i + 1:]:
                a1, b1, a2, b2 = other.box()
                if x1 < a2 + MARGIN and a1 < x2 + MARGIN and y1 < b2 + MARGIN and b1 < y2 + MARGIN:
                    return False
        for mover in movers:
            mover.move()
    return True


def draw(seed, frames):
    """Frames [SIZE, SIZE, 3] uint8."""
    random = np.random.default_rng(seed)
    background = _background(random)
    while True:
        state = random.bit_generator.state
        movers = [Mover(random, background, kind) for kind in generate.CLASSES]
        if _are_apart(movers, frames):
            break
    random.bit_generator.state = state
    movers = [Mover(random, background, kind) for kind in generate.CLASSES]
    for _ in range(frames):
        image = Image.fromarray(background)
        for mover in movers:
            mover.draw(ImageDraw.Draw(image))
            mover.move()
        noise = random.normal(0, 3, (SIZE, SIZE, 3))
        yield np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    frames = list(draw(arguments.seed, arguments.frames))
    Image.fromarray(frames[0]).save(arguments.out / "scene.jpg", quality=85, subsampling="4:2:0")
    subprocess.run([
        "ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size",
        f"{SIZE}x{SIZE}", "-framerate", "25", "-i", "-", "-c:v", "libx264", "-preset", "slow", "-crf", "24", "-pix_fmt",
        "yuv420p", arguments.out / "scene.mp4"
    ], input=b"".join(frame.tobytes() for frame in frames), check=True)


if __name__ == "__main__":
    main()
