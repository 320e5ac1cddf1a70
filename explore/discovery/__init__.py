"""Discovery: boxes of futures in which an event comes about."""
