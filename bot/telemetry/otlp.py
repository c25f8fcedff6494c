"""The only importer of OpenTelemetry's SDK, which is an extra."""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, set_span_in_context

from bot import log
from bot.telemetry.spans import SpanMade

CLOSE_MS = 5_000
"""How long the last spans may take to leave when the bot ends, in milliseconds."""


class Otlp:
    """Sends spans in batches, over HTTP, with a provider of its own: no global one is changed."""

    def __init__(self, endpoint: str) -> None:
        resource = Resource.create({"service.name": "sluice"})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=endpoint)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("sluice")

    def send(self, root: SpanMade, children: list[SpanMade]) -> None:
        """Put a turn's spans in the queue."""
        top = self._started(root, SpanKind.INTERNAL)
        below = set_span_in_context(top)
        for child in children:
            remote = child.attributes[log.OPERATION] == log.CHAT
            kind = SpanKind.CLIENT if remote else SpanKind.INTERNAL
            span = self._tracer.start_span(
                child.name, below, kind, child.attributes, start_time=child.start
            )
            _end(span, child)
        _end(top, root)

    def close(self) -> None:
        """Send what waits."""
        self._provider.force_flush(CLOSE_MS)
        self._provider.shutdown()

    def _started(self, made: SpanMade, kind: SpanKind) -> Span:
        return self._tracer.start_span(
            made.name, kind=kind, attributes=made.attributes, start_time=made.start
        )


def _end(span: Span, made: SpanMade) -> None:
    if made.error:
        span.set_attribute(log.ERROR_TYPE, made.error)
        span.set_status(StatusCode.ERROR)
    span.end(made.end)
