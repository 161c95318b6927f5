"""The register of lessons: what is mined, joined with what people decide."""
