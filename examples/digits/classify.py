"""Classifies handwritten digits on a card, with SAIL only: classify.py compilation.bmodel digits.csv"""
import sys

import numpy as np
import sophon.sail as sail

engine = sail.Engine(sys.argv[1], 0, sail.IOMode.SYSIO)
graph = engine.get_graph_names()[0]
name = engine.get_input_names(graph)[0]
digits = np.loadtxt(sys.argv[2], delimiter=",", dtype=np.float32)
labels, pictures = digits[:, 0].astype(int), digits[:, 1:].reshape(-1, 1, 1, 8, 8) / 16
answers = [next(iter(engine.process(graph, {name: picture}).values())).argmax() for picture in pictures]
for i in range(8):
    print(f"digit {i:2}: written {labels[i]}, read {answers[i]}")
print(f"{np.count_nonzero(answers == labels)} of {len(labels)} digits read right")
