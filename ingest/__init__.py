"""The write path without Celery: plain steps from rows to vectors."""
