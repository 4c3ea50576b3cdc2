import { submitForm } from "./chrome";
import { isTyping } from "./dom";

/** The tutor's keys: n calls the next, Ctrl+Enter sends the answer. */
export function startDesk(): void {
  if (!document.querySelector("[data-desk]")) return;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      submit("[data-desk-answer]", event);
    } else if (event.key === "n" && !isTyping(event) && !hasModifier(event)) {
      submit("[data-desk-next]", event);
    }
  });
}

function submit(selector: string, event: KeyboardEvent): void {
  const form = document.querySelector<HTMLFormElement>(selector);
  if (!form) return;
  event.preventDefault();
  submitForm(form);
}

function hasModifier(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}
