from email import message_from_string
from typing import TYPE_CHECKING

from js import Headers
from pyodide.ffi import JsNull
from workers import WorkerEntrypoint, import_from_javascript

if TYPE_CHECKING:
    from js import ForwardableEmailMessage


class Default(WorkerEntrypoint):
    async def email(self, message: "ForwardableEmailMessage") -> None:
        reveal_type(message.from_)  # T: str
        reveal_type(message.to)  # T: str
        reveal_type(message.headers.get("subject"))  # T: str | JsNull
        raw = b""
        async for chunk in message.raw:
            raw += chunk.to_bytes()
        print(message_from_string(raw.decode()))
        if "spam" in (message.headers.get("subject") or ""):
            message.setReject("spam")
            return
        await message.forward("a@example.com", Headers.new([["x", "y"]]))
        made = import_from_javascript("cloudflare:email").EmailMessage.new(message.to, message.from_, "raw")
        await message.reply(made)
        await self.env.MAIL.send(made)
        message.subject  # E
        message.setReject()  # E
        await message.forward(5)  # E
        message.forwards("a@example.com")  # E
        await self.env.MAIL.send()  # E
