"""A feed or a folder becomes timed, speaker-labelled transcripts on disk."""
