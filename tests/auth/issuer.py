"""An identity provider: real keys, and a key set served over real HTTP that can be slow, broken, rotated or away."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.auth.forge import payload

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp256k1": "ES256K"}


class Key:
    """A private key with its name, and how it appears in the key set."""

    def __init__(self, kid: str, private: PrivateKey, **members: Any) -> None:
        self.kid, self.private, self.members = kid, private, members
        self.algorithm = "RS256" if isinstance(private, rsa.RSAPrivateKey) else CURVES[private.curve.name]

    @classmethod
    def rsa(cls, kid: str, bits: int = 2048, **members: Any) -> "Key":
        return cls(kid, rsa.generate_private_key(65537, bits), **members)

    @classmethod
    def ec(cls, kid: str, curve: ec.EllipticCurve | None = None, **members: Any) -> "Key":
        return cls(kid, ec.generate_private_key(curve or ec.SECP256R1()), **members)

    @property
    def jwk(self) -> dict[str, Any]:
        if isinstance(self.private, rsa.RSAPrivateKey):
            public = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        else:
            public = ECAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        public.pop("key_ops", None)
        return {**public, "kid": self.kid, "use": "sig", **self.members}

    def token(self, algorithm: str | None = None, **claims: Any) -> str:
        return jwt.encode(payload(**claims), self.private, algorithm or self.algorithm, headers={"kid": self.kid})


class Issuer:
    """Serves `keys` (or `body`, if set) at `url` and counts requests; a cleared `go_on` holds back the answers."""

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self.body: bytes | None = None
        self.status = 200
        self.requests = 0
        self.drip_seconds = 0.0
        self.asked = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/jwks.json"

    def start(self) -> None:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.requests += 1
        self.asked.set()
        self.go_on.wait(10)
        body = json.dumps({"keys": [key.jwk for key in self.keys]}).encode() if self.body is None else self.body
        try:
            self.send(request, body)
        except OSError:
            request.close_connection = True  # the client hung up, as it should on a slow answer

    def send(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        request.send_response(self.status)
        request.send_header("content-type", "application/json")
        request.send_header("location", self.url)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        step = 1 if self.drip_seconds else max(1, len(body))
        for start in range(0, len(body), step):
            request.wfile.write(body[start : start + step])
            time.sleep(self.drip_seconds)

    def stop(self) -> None:
        self.go_on.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
