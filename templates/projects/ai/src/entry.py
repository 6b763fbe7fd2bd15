"""POST /ask with {"question": "…"} asks a language model and answers with its text."""

from js import Object
from pyodide.ffi import to_js
from workers import Response, WorkerEntrypoint

MODEL = "@cf/meta/llama-3.1-8b-instruct"


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if request.method != "POST":
            return Response('POST {"question": "…"}', status=405)
        question = (await request.json()).get("question")
        if not question:
            return Response("the question is missing", status=400)
        messages = [
            {"role": "system", "content": "Answer in one sentence."},
            {"role": "user", "content": question},
        ]
        answer = await self.env.AI.run(MODEL, to_js({"messages": messages}, dict_converter=Object.fromEntries))
        return Response.json({"answer": answer.response})
