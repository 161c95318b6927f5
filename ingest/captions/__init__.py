"""Read caption files into cues, and convert between cues, turns and captions."""
