"""The counter-based generator of test weights and inputs; tests/networks/weights.cc gives the same values.

A value depends only on the name of its layer, its blob and its index: splitmix64's finaliser over a 64-bit counter that
starts at the FNV-1a hash of "layer/blob", its top 24 bits scaled to [low, high).
"""

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def uniform(layer, blob, shape, low, high):
    """float32 values in [low, high), row-major."""
    count = int(np.prod(shape))
    with np.errstate(over="ignore"):
        z = np.uint64(_fnv1a(f"{layer}/{blob}")) + (np.arange(count, dtype=np.uint64) + np.uint64(1)) * _GOLDEN
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    unit = (z >> np.uint64(40)).astype(np.float64) / 2**24
    return (low + (high - low) * unit).astype(np.float32).reshape(shape)
