"""The peers: Hugging Face Trainer, PEFT and sentence-transformers, one configuration per process."""
