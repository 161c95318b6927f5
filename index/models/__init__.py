"""Models that encode and rerank: compiled for a data folder, compared, chosen, removed."""
