"""Linnet's files opened by the Python libraries, and theirs opened by Linnet."""
