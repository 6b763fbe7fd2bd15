"""The pages."""

from markup import Html, html


def layout(title: str, body: Html) -> Html:
    return html(t"""<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>{title}</title></head>
  <body>{body}</body>
</html>
""")


def greeting_page(name: str) -> Html:
    answer = html(t"<h1>Hello, {name}!</h1>") if name else Html("")
    return layout("Greeting", html(t"""{answer}
    <form><label>Your name <input name="name" value="{name}"></label> <button>Greet</button></form>"""))


def missing_page(path: str) -> Html:
    return layout("Not found", html(t"<h1>Not found</h1><p>There is no page <code>{path}</code>.</p>"))
