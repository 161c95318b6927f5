"""Caption files read into cues, turns and segments."""
