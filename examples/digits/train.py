"""Trains the digit classifier on scikit-learn's digits and writes it in Caffe form.

    python3 examples/digits/train.py

Needs torch and scikit-learn; building and running the example does not. Writes digits.prototxt, digits.caffemodel and
digits.csv (64 test digits: the label, then 64 grey values 0..16) beside itself and prints the accuracy.
"""

import pathlib
import sys

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tools" / "caffe"))
from caffe_model import Net  # noqa: E402  (the path must be set first)

SEED = 7
EPOCHS = 60
TEST_COUNT = 360


class Classifier(nn.Module):
    """Two 3x3 convolutions, a pooling, two inner products."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.fc1 = nn.Linear(32 * 4 * 4, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = torch.relu(self.conv1(x))
        x = torch.max_pool2d(torch.relu(self.conv2(x)), 2)
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))


def split():
    """Images [N, 1, 8, 8] in 0..1 and labels, shuffled, the test digits last."""
    digits = load_digits()
    order = np.random.default_rng(SEED).permutation(len(digits.target))
    images = torch.tensor(digits.images[order] / 16, dtype=torch.float32).unsqueeze(1)
    labels = torch.tensor(digits.target[order])
    return images[:-TEST_COUNT], labels[:-TEST_COUNT], images[-TEST_COUNT:], labels[-TEST_COUNT:]


def train(images, labels):
    torch.manual_seed(SEED)
    model = Classifier()
    optimizer = torch.optim.Adam(model.parameters(), 2e-3, weight_decay=1e-4)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(images)).split(64):
            shift = [int(s) for s in torch.randint(-1, 2, (2,))]
            loss = nn.functional.cross_entropy(model(images[batch].roll(shift, (2, 3))), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


def to_caffe(model):
    def blobs(layer):
        return [layer.weight.detach().numpy(), layer.bias.detach().numpy()]

    net = Net("digits")
    net.input("data", [1, 1, 8, 8])
    net.layer("conv1", "Convolution", ["data"], ["conv1"],
              "convolution_param { num_output: 16 kernel_size: 3 pad: 1 }", blobs(model.conv1))
    net.layer("relu1", "ReLU", ["conv1"], ["conv1"])
    net.layer("conv2", "Convolution", ["conv1"], ["conv2"],
              "convolution_param { num_output: 32 kernel_size: 3 pad: 1 }", blobs(model.conv2))
    net.layer("relu2", "ReLU", ["conv2"], ["conv2"])
    net.layer("pool", "Pooling", ["conv2"], ["pool"], "pooling_param { pool: MAX kernel_size: 2 stride: 2 }")
    net.layer("fc1", "InnerProduct", ["pool"], ["fc1"], "inner_product_param { num_output: 64 }", blobs(model.fc1))
    net.layer("relu3", "ReLU", ["fc1"], ["fc1"])
    net.layer("fc2", "InnerProduct", ["fc1"], ["fc2"], "inner_product_param { num_output: 10 }", blobs(model.fc2))
    net.layer("prob", "Softmax", ["fc2"], ["prob"])
    return net


def main():
    torch.set_num_threads(1)
    train_images, train_labels, test_images, test_labels = split()
    model = train(train_images, train_labels)
    with torch.no_grad():
        accuracy = (model(test_images).argmax(1) == test_labels).float().mean().item()
    print(f"accuracy on {TEST_COUNT} test digits: {accuracy:.4f}")
    to_caffe(model).save(HERE / "digits.prototxt", HERE / "digits.caffemodel")
    with open(HERE / "digits.csv", "w", encoding="utf-8") as file:
        for image, label in zip(test_images[:64], test_labels[:64]):
            values = (image.flatten() * 16).round().int().tolist()
            file.write(",".join(str(value) for value in [int(label)] + values) + "\n")


if __name__ == "__main__":
    main()
