"""The link's server: gRPC over mTLS, one `Session` call an agent, and the tasks around it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Final, cast

import grpc
import grpc.aio

from base import log
from base.limits import HELLO_SECONDS
from controller.db.bus import MISSED
from controller.db.errors import DatabaseError
from controller.link import trail
from controller.link.accept import accept, ended
from controller.link.events import Hello
from controller.link.identity import PeerIdentity, PeerRefused, admit, peer_certificate, read_certificate
from controller.link.messages import hello_from_message
from controller.link.outbox import channel
from controller.link.panic import PanicService
from controller.link.parts import LinkParts
from controller.link.session import Context, Session
from controller.link.watch import Watch
from proto.agent.v1 import agent_pb2
from proto.channel import rotating_server_credentials, server_options
from proto.convert import MalformedMessage

_log = log.get(__name__)
_peer: ContextVar[PeerIdentity] = ContextVar("link_peer")
_STOP_SECONDS: Final = 5.0


class CannotListen(Exception):
    """The port is taken or the address is not of this machine; the text is one sentence for the operator."""


class IdentityInterceptor(grpc.aio.ServerInterceptor):
    """Every call of every method: certificate, name, usage, serial, agent, before a message is read."""

    def __init__(self, parts: LinkParts) -> None:
        self._parts = parts

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Wrap the one kind of method that exists; a method of another kind is not served at all."""
        handler = await continuation(handler_call_details)
        inner = None if handler is None else handler.stream_stream
        if inner is None:
            return None

        async def guarded(requests: Any, context: Context) -> None:
            await self._identify(context)
            await inner(requests, context)

        return grpc.stream_stream_rpc_method_handler(
            cast("Any", guarded), handler.request_deserializer, handler.response_serializer
        )

    async def _identify(self, context: Context) -> None:
        try:
            pem = peer_certificate(context.auth_context())
            peer = read_certificate(pem, self._parts.authority.issuer_of, self._parts.clock.now())
            await admit(self._parts.database, peer)
        except PeerRefused as refusal:
            await _note_refusal(self._parts, refusal)
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, "refused")
        except DatabaseError:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "not now")
        else:
            _peer.set(peer)


class AgentLink:
    """The one method of `agent.proto`'s service."""

    def __init__(self, parts: LinkParts, panic: PanicService) -> None:
        self._parts = parts
        self._panic = panic

    def handler(self) -> grpc.GenericRpcHandler:
        """The service as grpc registers it."""
        service = agent_pb2.DESCRIPTOR.services_by_name["AgentLink"]
        method: Any = grpc.stream_stream_rpc_method_handler(
            cast("Any", self.session),
            agent_pb2.AgentMessage.FromString,
            agent_pb2.ControllerMessage.SerializeToString,
        )
        return grpc.method_handlers_generic_handler(service.full_name, {"Session": method})

    async def session(self, _requests: object, context: Context) -> None:
        """One agent's stream, from its hello to its end."""
        peer = _peer.get()
        try:
            hello = await self._hello(context)
            accepted = await accept(self._parts, peer, hello)
        except MalformedMessage as error:
            await trail.refused_message(
                self._parts.database, peer.tenant_id, peer.agent_id, "malformed", str(error)[:200]
            )
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        except PeerRefused as refusal:
            await _note_refusal(self._parts, refusal)
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, "refused")
        except TimeoutError:
            await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "no hello")
        except DatabaseError:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "not now")
        await self._serve(Session(self._parts, context, peer, hello, accepted))

    async def _serve(self, session: Session) -> None:
        older = self._parts.registry.add(session)
        if older is not None:
            older.end("superseded")
        listener = asyncio.create_task(self._listen(session))
        try:
            self._panic.tell_one(session)
            await self._panic.release_one(session)
            await session.run()
        except DatabaseError:
            session.end("fault", retry_ms=1_000)
        finally:
            listener.cancel()
            # The call's own task may be cancelled by a broken connection: the end is written by another.
            self._parts.background.start(self._finish(session))
        await session.close_status()

    async def _hello(self, context: Context) -> Hello:
        async with asyncio.timeout(HELLO_SECONDS):
            message: object = await context.read()
        if not isinstance(message, agent_pb2.AgentMessage) or message.WhichOneof("body") != "hello":
            raise MalformedMessage("the first message of a stream is hello")
        return hello_from_message(message.hello)

    async def _listen(self, session: Session) -> None:
        """Wake-ups by the bus: work to send, or a newer stream or a revocation on another replica."""
        name = channel(session.peer.tenant_id, session.peer.agent_id)
        async with self._parts.bus.subscribe(name) as messages:
            await self._parts.bus.publish(name, f"newer:{session.stream_epoch}".encode())
            async for message in messages:
                word, _, number = message.decode("ascii", "replace").partition(":")
                if message == MISSED or word == "wake":
                    session.wake()
                elif word == "newer" and number.isdigit() and int(number) > session.stream_epoch:
                    session.end("superseded")
                elif word == "revoked":
                    session.end("revoked_agent")

    async def _finish(self, session: Session) -> None:
        removed = self._parts.registry.remove(session)
        peer = session.peer
        current = await ended(self._parts, peer, session.stream_epoch, session.end_code)
        if removed and current:
            await self._parts.events.agent_lost(peer.tenant_id, peer.agent_id, session.instance_id)


class LinkServer:
    """Starts and stops everything of the link in this process."""

    def __init__(self, parts: LinkParts, panic: PanicService) -> None:
        self._parts = parts
        self._panic = panic
        self._server: grpc.aio.Server | None = None
        self._loops: list[asyncio.Task[None]] = []
        self.port = 0

    async def start(self) -> int:
        """Listen; gives the port (0 in the address picks one). Raises CannotListen."""
        server = grpc.aio.server(
            interceptors=[IdentityInterceptor(self._parts)], options=list(server_options())
        )
        link = AgentLink(self._parts, self._panic)
        server.add_generic_rpc_handlers((link.handler(),))
        address = self._parts.settings.address
        credentials = rotating_server_credentials(self._parts.authority.server_credentials)
        try:
            self.port = server.add_secure_port(address, credentials)
        except RuntimeError as error:
            raise CannotListen(f"the link can't listen on {address}: is the port taken?") from error
        await server.start()
        self._server = server
        self._panic.recover()
        self._loops = [asyncio.create_task(Watch(self._parts).run()), asyncio.create_task(self._panic.run())]
        _log.info("the link listens", extra={"action": "link.listening", "port": self.port})
        return self.port

    def is_serving(self) -> bool:
        """For readiness: the server is up and its two loops are alive."""
        return self._server is not None and not any(loop.done() for loop in self._loops)

    def connected(self) -> int:
        """How many agents have a stream here."""
        return len(self._parts.registry)

    async def stop(self) -> None:
        """Send every agent away with a word, close, and write the ends down."""
        for session in self._parts.registry:
            session.end("shutdown", retry_ms=500)
        if self._server is not None:
            await self._server.stop(_STOP_SECONDS)
            self._server = None
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self._parts.background.drain(_STOP_SECONDS)


async def _note_refusal(parts: LinkParts, refusal: PeerRefused) -> None:
    try:
        await trail.refused_peer(parts.database, refusal)
    except DatabaseError as error:  # a name that a root vouches for, of a tenant that is not here
        _log.warning("a refusal was not recorded: %s", error, extra={"action": "link.refusal_unrecorded"})
