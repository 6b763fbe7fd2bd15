// The envelope of the platform's API: {success, errors, messages, result, result_info}.

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function succeeded(result, info) {
  return Response.json({ success: true, errors: [], messages: [], result, ...(info && { result_info: info }) });
}

// What a binding throws is the caller's mistake (a bad key, SQL that does not parse), hence 400.
export function failed(error) {
  const status = error instanceof ApiError ? error.status : 400;
  const code = error instanceof ApiError ? error.code : 10001;
  const message = String(error?.message ?? error);
  return Response.json({ success: false, errors: [{ code, message }], messages: [], result: null }, { status });
}

// The binding that stands for a resource.
export function resource(env, kind, id) {
  const binding = env[`${kind}:${id}`];
  if (!binding) throw new ApiError(404, 10009, `the project has no ${kind} \`${id}\``);
  return binding;
}

export async function jsonBody(request) {
  try {
    return await request.json();
  } catch {
    throw new ApiError(400, 10001, "the body is not JSON");
  }
}
