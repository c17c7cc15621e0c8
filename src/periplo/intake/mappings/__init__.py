"""What the columns of a file mean: mappings, the presets, and the columns that a mapping finds in some rows."""
