"""The write path on a queue: Celery application, worker and feed processes."""
