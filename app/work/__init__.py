"""The worker's side: the queue, the worker over it, and what keeps runs alive."""
