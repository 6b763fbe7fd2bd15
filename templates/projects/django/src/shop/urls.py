"""Addresses and the functions that answer."""

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.urls import path

TEAS = {"sencha": 350, "gyokuro": 900}


def index(request):
    return render(request, "index.html", {"teas": TEAS, "search": request.GET.get("search", "")})


def tea(request, name):
    if name not in TEAS:
        raise Http404(f"no tea is called {name}")
    return JsonResponse({"name": name, "cents": TEAS[name]})


urlpatterns = [path("", index), path("teas/<slug:name>/", tea)]
