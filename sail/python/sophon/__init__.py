"""Sophon packages: `import sophon.sail as sail`."""
