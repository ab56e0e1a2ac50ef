"""Causal language models: Linnet beside llama.cpp, transformers and PyTorch."""
