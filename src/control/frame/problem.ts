import { STATUS_BY_CODE } from "../../errors.ts";

// What the control plane answers when it doesn't do what was asked: RFC 9457, application/problem+json.

/** The codes of the whole system and those that only REST has. Codes are API: they don't change. */
const STATUS_BY_PROBLEM = {
  ...STATUS_BY_CODE,
  forbidden: 403,
  method_not_allowed: 405,
  already_exists: 409,
  in_use: 409,
  conflict: 409,
  key_is_revoked: 409,
  too_many: 409,
  hold_not_lapsed: 409,
  idempotency_in_progress: 409,
  idempotency_key_reused: 422,
} as const;

export type ProblemCode = keyof typeof STATUS_BY_PROBLEM;

/** RFC 9457 section 4.2.1: with the type about:blank the title is the status's own phrase. */
const TITLES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** One bad field. The pointer (RFC 6901) is into the body; for a query parameter it is `/<name>`. */
export interface FieldError {
  pointer: string;
  detail: string;
}

interface Extras {
  errors?: FieldError[];
  headers?: Record<string, string>;
  /** Further members of the body. */
  members?: Record<string, unknown>;
}

/** Thrown by a handler to end the request; the detail is meant for the client's eyes. */
export class Problem extends Error {
  override name = "Problem";
  readonly code: ProblemCode;
  readonly extras: Extras;
  constructor(code: ProblemCode, detail: string, extras: Extras = {}) {
    super(detail);
    this.code = code;
    this.extras = extras;
  }
}

/** A body of nothing but mistakes doesn't make the answer as long as itself. */
const MAX_ERRORS = 50;

/** A 400 for bad fields. */
export function badFields(all: FieldError[]): Problem {
  const errors = all.slice(0, MAX_ERRORS);
  const detail = errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join("; ");
  return new Problem("invalid_request", detail || "The request is invalid", { errors });
}

/** A 400 for one bad field. */
export function badField(pointer: string, detail: string): Problem {
  return badFields([{ pointer, detail }]);
}

export function notFound(what: string): Problem {
  return new Problem("not_found", `There is no such ${what}`);
}

export function problemResponse(problem: Problem, requestId: string): Response {
  const status = STATUS_BY_PROBLEM[problem.code];
  const body = {
    type: "about:blank",
    title: TITLES[status],
    status,
    detail: problem.message,
    code: problem.code,
    request_id: requestId,
    ...(problem.extras.errors ? { errors: problem.extras.errors } : {}),
    ...problem.extras.members,
  };
  const headers = { "content-type": "application/problem+json", ...problem.extras.headers };
  return new Response(JSON.stringify(body), { status, headers });
}
