import { need } from "./dom";

/** An answer of 400 and above: the problem document's code and detail. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

/** The network gave no answer at all. */
export class OfflineError extends Error {}

interface Problem {
  code?: string;
  detail?: string;
}

/** The forgery protection that every writing request carries. */
export function csrfToken(): string {
  return need<HTMLMetaElement>(document, 'meta[name="csrf-token"]').content;
}

/** Sends a request to our JSON interface and returns the answer's body. */
export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  options: RequestInit = {},
): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  // A request that was sent twice by a bad line creates one thing.
  if (method === "POST") headers["Idempotency-Key"] = randomId();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const init: RequestInit = { ...options, method, headers };
  if (body !== undefined) init.body = JSON.stringify(body);
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new OfflineError(String(error));
  }
  if (!answer.ok) throw await problemOf(answer);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** A random UUID; over plain http there is no `crypto.randomUUID`. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const cuts = [0, 8, 12, 16, 20, 32];
  return cuts.slice(1).map((end, i) => hex.slice(cuts[i], end)).join("-");
}

async function problemOf(answer: Response): Promise<ApiError> {
  const problem = (await answer.json().catch(() => ({}))) as Problem;
  return new ApiError(answer.status, problem.code ?? "error", problem.detail ?? "");
}
