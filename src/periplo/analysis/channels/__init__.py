"""How customers use channels together: switches, time, and which bring the orders (SEMANTICS 9)."""
