"""The test router of the interface's page: one procedure for each thing that tRPC's wire can carry."""

from app.rpc import Router
from tests.wire.trpc.basics import boom, counter, greeting, strict
from tests.wire.trpc.feeds import feed, leak
from tests.wire.trpc.values import deep, slow, stream, upload, values, who

router = Router(
    greeting=greeting,
    counter=counter,
    boom=boom,
    strict=strict,
    values=values,
    slow=slow,
    stream=stream,
    feed=feed,
    who=who,
    deep=deep,
    leak=leak,
    upload=upload,
)
