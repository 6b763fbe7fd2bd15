class NonRetryableError(Exception):
    """Tells the workflow that a step is not to be tried again."""
