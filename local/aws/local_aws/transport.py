"""Requests on loopback count as TLS.

The bootstrap bucket of the CDK and most careful policies deny requests without TLS. The server speaks
plain HTTP on 127.0.0.1, where there is no wire to protect, and without this every template upload would
be denied. So a condition on aws:SecureTransport can be seen to pass here, never to fail.
"""
from ministack import app


def install() -> None:
    pin = app.pin_request_origin

    def pin_as_tls(source_ip, _secure):
        pin(source_ip, True)

    app.pin_request_origin = pin_as_tls
