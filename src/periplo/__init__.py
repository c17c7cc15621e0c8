"""Periplo: the open customer-journey platform for online shops."""
