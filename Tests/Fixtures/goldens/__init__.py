"""Golden numbers for Linnet's tests, one module per family; `make_goldens.py` runs them all."""
