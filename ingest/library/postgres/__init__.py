"""The library in PostgreSQL; only this folder and index.postgres import psycopg (ADR 40)."""
