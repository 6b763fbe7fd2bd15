// The answer to a request that ended with an exception: its text, a traceback where it came from Python. pyw makes a page
// of it for browsers (devserver/client_connection.cpp), and knows more by the request's name.
export function failed(request, error) {
  const text = String(error?.message ?? error).replace(/^PythonError: /, "");
  const headers = { "cache-control": "no-store", "x-pyw-exception": request.headers.get("cf-ray") ?? "" };
  return new Response(`${text}\n`, { status: 500, headers });
}
