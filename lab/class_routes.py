"""Endpoints of classes: create, look, answer, reveal, take away, close."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..model.errors import InputError, near
from .classes import Class, Classes, export_csv
from .questions import questions
from .web import GET, NO_STORE, answered, body_of, encoded, json_answer, missing

if TYPE_CHECKING:
    from .app import Lab

TEACHER: Final = "x-steppe-teacher"
"""Header with the token that the browser got which opened the class."""


class Room:
    """Endpoints over the classes of a lab."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.classes = Classes()

    async def create(self, request: Request) -> Response:
        """POST /api/class {question}."""
        asked = (await body_of(request)).get("question")
        if not isinstance(asked, str) or asked not in questions():
            raise InputError(
                "no such question",
                field="question",
                found=str(asked)[:80],
                allowed=", ".join(questions()),
                nearest=near(str(asked)[:80], questions()),
            )
        made = self.classes.create(questions()[asked])
        return json_answer({**made.state(True), "token": made.token}, 201)

    async def look(self, request: Request) -> Response:
        """GET /api/class/{code}."""
        found = self._found(request)
        if found is None:
            return missing("class")
        return json_answer(found.state(self._teaches(request, found)))

    async def answer(self, request: Request) -> Response:
        """POST /api/class/{code}/answer {probability, answer?}."""
        found = self._found(request)
        if found is None:
            return missing("class")
        body = await body_of(request)
        probability, known = body.get("probability"), body.get("answer")
        if isinstance(probability, bool) or not isinstance(probability, (int, float)):
            raise InputError("no probability", field="probability", allowed="0 to 1")
        if known is not None and not isinstance(known, str):
            raise InputError("not the number of an answer", field="answer")
        number = self.classes.answer(found, float(probability), known)
        return json_answer({"answer": number, "answers": len(found.answers)})

    async def reveal(self, request: Request) -> Response:
        """POST /api/class/{code}/reveal, by the teacher."""
        found = self._found(request)
        if found is None:
            return missing("class")
        if not self._teaches(request, found):
            return _refused()
        if found.told is None:
            question, answers = found.question, self.lab.answers
            told = await self.lab.job(
                request,
                f"question {question.id}",
                lambda dropped: encoded(answers.question(question, dropped)),
            )
            found.told = json.loads(told)
        return json_answer(found.state(True))

    async def export(self, request: Request) -> Response:
        """GET /api/class/{code}/export.csv, after the reveal or by the teacher."""
        found = self._found(request)
        if found is None:
            return missing("class")
        if found.told is None and not self._teaches(request, found):
            return _refused()
        name = f"class-{found.code}.csv"
        headers = {**NO_STORE, "content-disposition": f'attachment; filename="{name}"'}
        return Response(export_csv(found), headers=headers, media_type="text/csv; charset=utf-8")

    async def close(self, request: Request) -> Response:
        """DELETE /api/class/{code}, by the teacher."""
        found = self._found(request)
        if found is None:
            return missing("class")
        if not self._teaches(request, found):
            return _refused()
        self.classes.close(found)
        return json_answer({"closed": found.code})

    def _found(self, request: Request) -> Class | None:
        try:
            return self.classes.get(request.path_params["code"])
        except KeyError:
            return None

    @staticmethod
    def _teaches(request: Request, found: Class) -> bool:
        given = request.headers.get(TEACHER, "")
        return hmac.compare_digest(given.encode(), found.token.encode())


def _refused() -> Response:
    message = "only the browser that opened the class can do this"
    return json_answer({"error": {"message": message}}, 403)


def class_routes(lab: Lab) -> list[Route]:
    """All routes of classes."""
    room = Room(lab)
    place = "/api/class/{code}"
    return [
        Route("/api/class", answered(room.create), methods=["POST"]),
        Route(place, answered(room.look), methods=GET),
        Route(place, answered(room.close), methods=["DELETE"]),
        Route(f"{place}/answer", answered(room.answer), methods=["POST"]),
        Route(f"{place}/reveal", answered(room.reveal), methods=["POST"]),
        Route(f"{place}/export.csv", answered(room.export), methods=GET),
    ]
