"""The tables of a generation's `passages.sqlite`; it holds the vectors too, so that faiss files can be made again."""

TABLES = """
CREATE TABLE episodes (id TEXT PRIMARY KEY, json TEXT NOT NULL, show_id TEXT NOT NULL, published TEXT,
                       first_sentence INTEGER NOT NULL, sentences INTEGER NOT NULL);
CREATE TABLE passages (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, episode_id TEXT NOT NULL, text TEXT NOT NULL,
                       header TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, speakers TEXT NOT NULL,
                       start REAL, "end" REAL, timing TEXT, vector BLOB NOT NULL, turns BLOB NOT NULL);
CREATE TABLE speakers (name TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (name, row)) WITHOUT ROWID;
CREATE TABLE aliases (alias TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (alias, name)) WITHOUT ROWID;
CREATE TABLE sentences (row INTEGER PRIMARY KEY, turn INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
                        first_word INTEGER NOT NULL, words INTEGER NOT NULL, speaker TEXT, text TEXT NOT NULL,
                        key BLOB NOT NULL);
CREATE TABLE encoded (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE letters (word TEXT PRIMARY KEY, capital INTEGER NOT NULL, small INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE spreads (field TEXT PRIMARY KEY, mean BLOB NOT NULL, covariance BLOB NOT NULL);
CREATE TABLE askers (episode_id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (episode_id, name)) WITHOUT ROWID;
CREATE TABLE starters (position INTEGER PRIMARY KEY, question TEXT NOT NULL);
CREATE INDEX passages_by_episode ON passages (episode_id);
"""
