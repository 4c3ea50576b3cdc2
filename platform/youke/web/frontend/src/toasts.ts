import "htmx.org";
import { ApiError, OfflineError } from "./api";
import { need, readJson } from "./dom";

interface Messages {
  offline: string;
  failed: string;
  signIn: string;
}

const SHOWN_MS = 6000;

/** Shows a short sentence at the foot of the page for a few seconds. */
export function toast(text: string, kind: "info" | "danger" = "info"): void {
  const template = need<HTMLTemplateElement>(document, "[data-toast-template]");
  const node = need(template.content.cloneNode(true) as DocumentFragment, ".toast");
  need(node, "span").textContent = text;
  node.classList.toggle("toast--danger", kind === "danger");
  need(document, "[data-toasts]").append(node);
  setTimeout(() => node.remove(), SHOWN_MS);
}

/** Says in the reader's language why a request did not work. */
export function toastError(error: unknown): void {
  const messages = readJson<Messages>(document, "[data-messages]");
  if (error instanceof OfflineError) toast(messages.offline, "danger");
  else if (error instanceof ApiError && error.status === 401) toast(messages.signIn);
  else if (error instanceof ApiError && error.message) toast(error.message, "danger");
  else toast(messages.failed, "danger");
}

/** Lets toasts be closed and takes flashed ones away after a while. */
export function startToasts(): void {
  const place = need(document, "[data-toasts]");
  place.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("[data-dismiss]")) target.closest(".toast")?.remove();
  });
  // Parts that refresh themselves fail quietly and try again; a click gets an answer.
  for (const name of ["htmx:response:error", "htmx:error"] as const) {
    document.addEventListener(name, (event) => {
      const source = event.detail.ctx?.sourceElement;
      if (!source?.closest("[data-quiet]")) toastError(event.detail);
    });
  }
  for (const node of Array.from(place.children)) {
    setTimeout(() => node.remove(), SHOWN_MS);
  }
}
