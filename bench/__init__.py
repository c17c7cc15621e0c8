"""Benchmarks: ``make bench`` measures on this machine and writes ``bench/results.json``."""
