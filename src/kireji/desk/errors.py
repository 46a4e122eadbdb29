"""What somebody sees when a request fails: one sentence and a way home, never a trace."""

import http
import logging
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kireji.desk.csrf import ForgedFormError
from kireji.desk.desk import NoSuchPageError, NotForAssistantsError
from kireji.desk.rendering import render
from kireji.errors import KirejiError
from kireji.hub import desk_service

log = logging.getLogger("kireji.desk")
SENTENCES = {
    404: "There is no such page.",
    405: "This address does not take that request.",
    500: "Something went wrong here. The log of the desk says what.",
}


def error_answer(request: Request, status: int, sentence: str) -> Response:
    """The page, or for the API the JSON, of an error."""
    if request.url.path.startswith(f"{desk_service.PREFIX}api/"):
        return JSONResponse({"detail": sentence}, status_code=status)
    try:
        title = http.HTTPStatus(status).phrase
    except ValueError:
        title = "Error"
    return render(
        request, "error.html", status=status, number=status, title=title, sentence=sentence
    )


def install(app: FastAPI) -> None:
    """Have `app` answer every failure this way."""

    @app.exception_handler(KirejiError)
    async def _refused(request: Request, error: Any) -> Response:
        return error_answer(request, 404 if isinstance(error, NoSuchPageError) else 400, str(error))

    @app.exception_handler(ForgedFormError)
    @app.exception_handler(NotForAssistantsError)
    async def _forbidden(request: Request, error: Any) -> Response:
        return error_answer(request, 403, error.sentence)

    @app.exception_handler(RequestValidationError)
    async def _malformed(request: Request, error: Any) -> Response:
        said = [f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors()]
        return error_answer(request, 422, "; ".join(said))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: Any) -> Response:
        default = http.HTTPStatus(error.status_code).phrase
        sentence = error.detail if error.detail != default else ""
        return error_answer(
            request, error.status_code, sentence or SENTENCES.get(error.status_code, default)
        )

    @app.exception_handler(Exception)
    async def _broken(request: Request, error: Any) -> Response:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return error_answer(request, 500, SENTENCES[500])
