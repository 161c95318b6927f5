"""Links to quotes and quoted words in pages, feeds and drafts: do they still hold?"""
