"""GET /?topic=… runs a chain: a prompt is filled in, a model answers, a parser takes the text out."""

from urllib.parse import parse_qs, urlparse

from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from workers import Response, WorkerEntrypoint

prompt = ChatPromptTemplate.from_messages([
    ("system", "You write haiku."),
    ("user", "One about {topic}, please."),
])
# A stand-in, so that the template needs no account: put your provider's chat model here.
model = FakeListChatModel(responses=["Steam over the cup\nthe first leaves of spring unfold\nnobody speaks yet"])
chain = prompt | model | StrOutputParser()


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        topic = parse_qs(urlparse(request.url).query).get("topic", ["tea"])[0]
        return Response(await chain.ainvoke({"topic": topic}))
