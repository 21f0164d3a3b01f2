"""The API under its base path: protocol, token, rate, context, parameters, then the operation itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.mock_server import negotiation
from conformance.mock_server.behaviours import Behaviours
from conformance.mock_server.call import JSON, Answer, Call
from conformance.mock_server.parameters import Reader
from conformance.mock_server.problems import MEDIA, Problem, documented, not_found, parameter
from conformance.mock_server.ratelimit import Allowance, RateLimit
from conformance.mock_server.reads import ME, Reads
from conformance.mock_server.routing import Router
from conformance.mock_server.seams import Seams, through
from conformance.mock_server.tokens import Grant, Tokens
from conformance.mock_server.validators import Validators
from conformance.mock_server.views import encode
from conformance.mock_server.world.build import World
from conformance.mock_server.writes import Writes
from conformance.model import Location, Operation

_USER_SLUG = "invalid-user"


@dataclass(frozen=True, slots=True)
class Request:
    """What came over the wire, decoded: `path` is below the base path, header names are in lower case."""

    method: str
    path: str
    base: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes = b""
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes over the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Api:
    """Answers requests over one world."""

    def __init__(self, world: World, tokens: Tokens, limit: RateLimit, seams: Seams, now: Callable[[], int]) -> None:
        self._world = world
        self._tokens = tokens
        self._limit = limit
        self._seams = seams
        self._now = now
        self._router = Router(world.shape.model.operations)
        self._validators = Validators(world.description)
        self._readers: dict[str, Reader] = {}
        self._version = world.shape.model.version_header
        self.behaviours = Behaviours(world, now)
        self.reads = Reads(world, seams, self.behaviours)
        self.writes = Writes(world, self.reads, self.behaviours, self._validators, seams, now)

    def handle(self, request: Request) -> Reply:
        """The reply to a request; every failure is a problem document."""
        headers: dict[str, str] = {}
        call: Call | None = None
        try:
            call = self._call(request)
            headers = self._admit(call)
            answer = self._operate(call, request)
        except Problem as problem:
            answer = self._problem(request, problem)
        answer.headers = {**headers, **answer.headers}
        if self._version:
            answer.headers.setdefault(self._version, "2")
        answer = through(self._seams.answer, call, answer)
        return self._reply(call, request, answer)

    def _problem(self, request: Request, problem: Problem) -> Answer:
        body = problem.body(request.base, request.path)
        return Answer(problem.status, body, problem.headers, MEDIA)

    def _reply(self, call: Call | None, request: Request, answer: Answer) -> Reply:
        body = answer.raw if answer.raw is not None else b"" if not answer.media else encode(answer.body)
        if self._seams.raw:
            body = through(self._seams.raw, call, answer, body)
        headers = [(name, value) for name, value in answer.headers.items()]
        if answer.media:
            headers.append(("Content-Type", answer.media))
        if answer.status != 204:
            headers.append(("Content-Length", str(len(body))))
        return Reply(answer.status, tuple(headers), b"" if request.method == "HEAD" else body)

    # Protocol: path, method, version, media type

    def _call(self, request: Request) -> Call:
        found = self._router.find(request.path)
        if found is None:
            raise not_found()
        methods, values = found
        operation = methods.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:
            allowed = sorted({*methods, *(["HEAD"] if "GET" in methods else [])})
            problem = Problem(
                405, detail=f"{request.method} is not allowed here.", headers={"Allow": ", ".join(allowed)}
            )
            raise through(self._seams.protocol, None, "method", problem)
        names = [each.name for each in operation.path_parameters]
        call = Call(
            operation, request.method, request.path, request.base, request.query, request.headers,
            dict(zip(names, values, strict=True)), request.body,
        )  # fmt: skip
        for check, complaint in (("accept", self._unacceptable), ("version", self._unsupported)):
            if problem := through(self._seams.protocol, call, check, complaint(call)):
                raise problem
        return call

    def _unacceptable(self, call: Call) -> Problem | None:
        operation = call.operation
        offered = [media.type for each in operation.responses if each.status[0] == "2" for media in each.media]
        if not offered or operation.response(406) is None:
            return None
        if negotiation.choose(call.headers.get("accept", ""), offered) is None:
            return Problem(406, detail="No answer here has a type that Accept takes.")
        return None

    def _unsupported(self, call: Call) -> Problem | None:
        text = call.headers.get(self._version.lower()) if self._version else None
        if text is None or text.strip() == "2":
            return None
        return Problem(400, "unsupported-version", f"{self._version}: version {text[:40]!r} is not supported.")

    # Who, and how often

    def _admit(self, call: Call) -> dict[str, str]:
        """Token, scope and rate; the rate headers of the answer. Raises 401, 403 and 429."""
        call.grant = self._grant(call)
        problem = through(self._seams.admit, call, self._refusal(call))
        if problem is not None and problem.status == 401:
            raise problem
        headers = self._take(call)
        if problem is not None:
            problem.headers.update(headers)
            raise problem
        return headers

    def _grant(self, call: Call) -> Grant | None:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        return self._tokens.find(token.strip()) if scheme.lower() == "bearer" else None

    def _refusal(self, call: Call) -> Problem | None:
        operation = call.operation
        if not operation.secured:
            return None
        if call.grant is None:
            sent = "authorization" in call.headers
            detail = "The access token is not valid." if sent else "Send an access token."
            error = ', error="invalid_token"' if sent else ""
            return Problem(401, detail=detail, headers={"WWW-Authenticate": f'Bearer realm="api"{error}'})
        for alternative in operation.security:
            if all(set(need.scopes) <= call.grant.scopes for need in alternative):
                return None
        return Problem(403, detail="The token lacks the scope that this needs.")

    def _take(self, call: Call) -> dict[str, str]:
        application, user = (call.grant.application, call.grant.user) if call.grant else ("", "")
        allowance: Allowance = self._limit.take(application, user, self._now())
        allowance = through(self._seams.limit, call, allowance)
        headers = {"X-RateLimit-Limit": str(allowance.limit), "X-RateLimit-Remaining": str(allowance.remaining)}
        if allowance.retry_after and call.operation.response(429):
            wait = str(allowance.retry_after)
            detail = f"Request was rate limited. Try again in {wait} seconds."
            raise Problem(429, "rate-limit-exceeded", detail, headers={**headers, "Retry-After": wait})
        return headers

    # Context and parameters

    def _operate(self, call: Call, request: Request) -> Answer:
        call.user = through(self._seams.context, call, self._context(call))
        self._check_query(call)
        if call.operation.method == "GET":
            return self.reads.answer(call)
        if request.too_large:
            status = documented(call.operation, (413, 400))
            raise Problem(status, "request-too-large", "The body is larger than this server takes.")
        return self.writes.answer(call)

    def _context(self, call: Call) -> str | None:
        """The person in whose name the call is made, from the token or the user header."""
        own = call.grant.user if call.grant else ""
        name = call.operation.user_header
        text = call.headers.get(name.lower()) if name else None
        if text is None:
            needed = call.operation.user_required and not own
            missing = parameter(name, "this header is required.", _USER_SLUG) if needed else None
            if problem := through(self._seams.parameter, call, name, missing) if missing else None:
                raise problem
            return own or None
        user, problem = self._user(call, name, text.strip())
        if problem := through(self._seams.parameter, call, name, problem) if problem else None:
            raise problem
        if own and user and user != own:
            raise Problem(403, detail="The token belongs to another user.")
        return user or own or None

    def _user(self, call: Call, name: str, text: str) -> tuple[str, Problem | None]:
        """The id in a user header, bare or the last segment of the user's URL, and what is wrong with it."""
        people = self._world.shape.resources.get(self._world.shape.principal)
        if people is None:  # the description knows no users
            return "", parameter(name, "no such user.", _USER_SLUG)
        bare = text.removeprefix(call.base + people.list_path + "/")
        shape = call.operation.parameter(name, Location.HEADER)
        if not shape or len(bare) != 30 or not self._validators.parameter(name, shape.schema).is_valid(bare):
            return "", parameter(name, "not the id or URL of a user.", _USER_SLUG)
        if bare not in self._world.store.collection(people.name).by_key:
            return "", Problem(404 if call.operation.response(404) else 400, _USER_SLUG, f"{name}: no such user.")
        return bare, None

    def _check_query(self, call: Call) -> None:
        reader = self._reader(call.operation)
        paging = call.operation.pagination
        own = {paging.size, paging.after, paging.before, paging.page} if paging else set()
        seen: set[str] = set()
        for name, text in call.query:
            seen.add(name)
            if name not in reader.known or name in own or text == ME:
                continue
            why = reader.complaint(name, text)
            problem = parameter(name, why) if why else None
            if self._seams.parameter:
                problem = through(self._seams.parameter, call, name, problem)
            if problem:
                raise problem
        for name, known in reader.known.items():
            if known.required and name not in seen:
                raise parameter(name, "this parameter is required.")

    def _reader(self, operation: Operation) -> Reader:
        if operation.key not in self._readers:
            self._readers[operation.key] = Reader(operation, self._validators)
        return self._readers[operation.key]


__all__ = ["JSON", "Any", "Api", "Reply", "Request"]
