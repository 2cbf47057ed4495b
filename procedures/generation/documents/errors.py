"""What extraction raises when a file cannot be read."""


class UnreadableDocument(Exception):
    """The file holds no text that a course could be made of; the message says why, for the person who uploaded it."""
