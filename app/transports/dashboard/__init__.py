"""`/admin/queues`: SAQ's dashboard for superadmins, behind a session of ten minutes.

A visitor without one gets a form that sends an access token once, in a header, for a cookie. What changes anything
needs the cookie, an origin that is this one, and the session's proof, which only the page knows.
"""

from app.transports.dashboard.codec import Dashboard
from app.transports.dashboard.cookies import Cookie
from app.transports.dashboard.pages import ROOT, Ui

__all__ = ["ROOT", "Cookie", "Dashboard", "Ui"]
