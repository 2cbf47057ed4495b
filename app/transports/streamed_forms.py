"""Calls of mutations that take a form with a file while it arrives; the same on every wire that carries forms."""

from app.rpc import Route, Unencoded
from app.transports.body import BodyReader
from app.transports.calls import Calls, Encoded
from app.transports.form_stream import FormStream, boundary_of
from app.transports.http import HttpRequest


class StreamedForms:
    """Calls mutations whose signature has a form."""

    def __init__(self, calls: Calls, bodies: BodyReader) -> None:
        self._calls = calls
        self._bodies = bodies

    async def call(self, route: Route, request: HttpRequest) -> Encoded:
        """The outcome of a posted form. Raises what is wrong with the form before its file; what is wrong with it later
        the procedure meets while it reads.
        """
        form = FormStream(self._bodies.stream(request), boundary_of(request.headers))
        with self._bodies.deadline():
            fields = await form.fields()
        return await self._calls.call(route, Unencoded(fields), request)
