"""The index in PostgreSQL: published by one commit, answered from by any number of servers."""
