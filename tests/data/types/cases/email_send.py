from workers import Request, Response, WorkerEntrypoint
from workers import import_from_javascript


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        email = import_from_javascript("cloudflare:email")
        message = email.EmailMessage.new("a@example.com", "b@example.com", "Subject: x\r\n\r\nhello")
        result = await self.env.MAIL.send(message)
        print(result.messageId)
        reveal_type(message.to)  # T: str
        print(import_from_javascript("cloudflare:sockets").connect("a.test:80").opened)
        email.Message  # E
        await self.env.MAIL.send(5)  # E
        await self.env.MAIL.sendd(message)  # E
        return Response("done")
