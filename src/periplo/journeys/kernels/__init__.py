"""Compiled kernels: pure loops over flat arrays, one partition per call, free of the GIL."""
