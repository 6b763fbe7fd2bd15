from js import DOMException, Error, TypeError, fetch
from pyodide.ffi import JsException
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        made = Error.new("message", cause="x")
        reveal_type(made.message)  # T: str
        reveal_type(made.name)  # T: str
        print(made.stack, made.cause, TypeError.new("x").message)
        try:
            await fetch("https://a.test")
        except JsException as error:
            reveal_type(error.message)  # T: str
            reveal_type(str(error))  # T: str
            error.msg  # E
        reveal_type(DOMException.new("m", "AbortError").name)  # T: str
        made.text  # E
        Error("x")  # E
        made.message()  # E
        return Response("done")
