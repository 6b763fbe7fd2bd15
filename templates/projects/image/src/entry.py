"""GET /?text=… draws the text and answers with a PNG."""

import io
from urllib.parse import parse_qs, urlparse

from PIL import Image, ImageDraw, ImageFont
from workers import Response, WorkerEntrypoint

SIZE = (600, 200)


def draw(text: str) -> bytes:
    picture = Image.new("RGB", SIZE, "#10243e")
    font = ImageFont.load_default(48)
    canvas = ImageDraw.Draw(picture)
    canvas.text((SIZE[0] / 2, SIZE[1] / 2), text, font=font, fill="white", anchor="mm")
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        text = parse_qs(urlparse(request.url).query).get("text", ["Hello"])[0][:20]
        return Response(draw(text), headers={"content-type": "image/png"})
