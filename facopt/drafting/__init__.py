"""`facopt new`: a first scenario from a folder of files, or from a preset; asks nothing that it can find out."""
