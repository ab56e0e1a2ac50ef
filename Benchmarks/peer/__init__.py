"""The peers: Hugging Face's libraries, PyTorch and llama.cpp, one configuration per process."""
