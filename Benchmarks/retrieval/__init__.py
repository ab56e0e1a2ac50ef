"""Retrieval: Linnet beside the libraries that search, rank and embed."""
