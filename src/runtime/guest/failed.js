// Answers to a request that ended with an exception. In development: its text, a traceback where it came from Python. pyw makes a page
// of it for browsers (devserver/client_connection.cpp), and knows more by the request's name.
export function failed(request, error) {
  const text = String(error?.message ?? error).replace(/^PythonError: /, "");
  const headers = { "cache-control": "no-store", "x-pyw-exception": request.headers.get("cf-ray") ?? "" };
  return new Response(`${text}\n`, { status: 500, headers });
}

// For everybody: what went wrong has been told in the output, for the Worker's owner.
export function withoutDetails() {
  return new Response("error code: 1101\n", { status: 500, headers: { "cache-control": "no-store" } });
}
