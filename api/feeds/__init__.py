"""The publisher's feed with transcripts, chapters, people and soundbites added."""
