"""Registries that stand for upstream ones, on 127.0.0.1: where they are, how they are asked, what an image consists of."""
