"""Which mapping reads a file, and in which styles it writes its values: recognised, guessed, and shown as a plan."""
