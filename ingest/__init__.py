"""A feed or a folder becomes timed, speaker-labelled transcripts on disk.

Start at `sources` and `pipeline`; each line below begins with the file that others use, its helpers behind it.

    values        transcript, item, words, errors, versions
    sources       sources, feed (feed_text, feed_xml, feed_fields), folder,
                  fetch (transport, connect, body, part, ranges, retry, shown)
    who           register (known, shows, facts), removal, identity, catalogue
    official text shownotes (notes_html, notes_page, speaker_labels, label_places, name_shape, speaker_names)
    captions      captions (captionfile, cues, cuelabels), export (timeline)
    sound         recordings, audio (mediatype, cell, messages; in the cell: decoder, sandbox),
                  transcribe (engines, weights, windows, heard, vocabulary, glossary), unnamed
    times         assemble; align (spoken, anchors, matching, moved, overlaps, respread, placing, divergence),
                  printed, estimate, edges (pauses)
    roles         roles (introductions, role_phrase, role_words)
    disk          library, files, space, archive, doctor (doctor_episode), stages, outcome, pipeline
"""
