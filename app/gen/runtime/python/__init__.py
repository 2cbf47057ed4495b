"""The hand-written part of the Python client; the synchronous half is made from the asynchronous one."""
