"""From bytes on disk to rows: which files are meant, unpacking, encodings, and a reader for each kind of file."""
