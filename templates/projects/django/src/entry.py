"""Hands every request to Django."""

from shop.wsgi import application
from workers import WorkerEntrypoint, wsgi


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return await wsgi.fetch(application, request.js_object, self.env)
