"""Fine-tuning and embedding: Linnet beside its peers, in one run on the same cores."""
