"""A feed or a folder becomes timed, speaker-labelled transcripts on disk.

Start at `sources` (what the user asked to ingest) and `pipeline` (one episode through its stages). Each folder is one
task:

    values      transcript, item, text, errors, versions
    sources     sources, local_files, feed, fetch
    identity    library (register, lookup, shows, identity, removal), reference (catalogue, glossary)
    words       shownotes, captions, speakers, export
    sound       audio, speech
    times       alignment, timing
    disk        storage, library, stages, doctor
"""
