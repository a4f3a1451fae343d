"""Workflows: the file format, its checks, and the engine. Knows nodes only as a Protocol."""
