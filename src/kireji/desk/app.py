"""The desk as an ASGI application: pages, API, and around them the doorkeeper."""

import logging

from fastapi import Depends, FastAPI
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from traitlets.config import Config

from kireji.course.layout import Course
from kireji.desk import api, api_reading, csrf, errors, metrics
from kireji.desk.desk import Desk
from kireji.desk.doorkeeper import Doorkeeper
from kireji.desk.errors import error_answer
from kireji.desk.pages import (
    assignment,
    class_list,
    copies,
    dates,
    overview,
    reading,
    results,
    rubric,
    runs,
    student,
    submission,
)
from kireji.desk.rendering import COLOURS, FOLDER
from kireji.desk.sign_in import Hub, SignIn, SignInError
from kireji.hub.desk_service import PREFIX
from kireji.version import version

log = logging.getLogger("kireji.desk")
PAGES = (
    overview,
    assignment,
    submission,
    rubric,
    reading,
    dates,
    student,
    class_list,
    results,
    copies,
    runs,
)


def make_app(course: Course, config: Config, hub: Hub) -> ASGIApp:
    """The desk of `course`, whose nbgrader has `config`, for people that `hub` knows."""
    sign_in = SignIn(hub)
    return Doorkeeper(_pages(Desk(course, config), sign_in), sign_in)


def _pages(desk: Desk, sign_in: SignIn) -> FastAPI:
    app = FastAPI(
        title="The desk of Kireji",
        description=api.__doc__,
        version=version(),
        openapi_url=f"{PREFIX}api/openapi.json",
        docs_url=None,  # its page would load scripts from another host
        redoc_url=None,
        dependencies=[Depends(csrf.check)],
    )
    app.state.desk = desk
    errors.install(app)
    for page in PAGES:
        app.include_router(page.router, prefix=PREFIX.rstrip("/"), include_in_schema=False)
    for described in (api, api_reading):
        app.include_router(described.router, prefix=PREFIX.rstrip("/"))

    # Open to everybody: how one signs in, and what an error page needs.
    async def finish(request: Request) -> Response:
        try:
            return await sign_in.finish(request)
        except SignInError as error:
            return error_answer(request, 400, str(error))

    async def colours(request: Request) -> Response:
        return FileResponse(COLOURS)

    async def health(request: Request) -> Response:
        return PlainTextResponse("The desk is there.")

    async def ready(request: Request) -> Response:
        if not await sign_in.hub_answers():
            return PlainTextResponse("The hub does not answer the desk.", status_code=503)
        try:
            await run_in_threadpool(desk.grades.enrolled)
        except Exception:
            log.exception("The gradebook cannot be read")
            return PlainTextResponse("The gradebook cannot be read.", status_code=503)
        return PlainTextResponse("The desk is ready.")

    def numbers(request: Request) -> Response:
        return Response(metrics.exposition(desk), media_type=CONTENT_TYPE_LATEST)

    async def sign_out(request: Request) -> Response:
        return sign_in.forget()

    app.add_api_route(f"{PREFIX}sign-out", sign_out, methods=["POST"], include_in_schema=False)
    app.add_route(f"{PREFIX}oauth_callback", finish, include_in_schema=False)
    app.add_route(f"{PREFIX}static/colours.css", colours, include_in_schema=False)
    app.add_route(f"{PREFIX}health", health, include_in_schema=False)
    app.add_route(f"{PREFIX}ready", ready, include_in_schema=False)
    app.add_route(f"{PREFIX}metrics", numbers, include_in_schema=False)
    app.mount(f"{PREFIX}static", StaticFiles(directory=FOLDER / "static"))
    return app
