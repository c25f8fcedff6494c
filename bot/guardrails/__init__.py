"""Detectors, one a file: each reads one text and reports at most one finding."""
