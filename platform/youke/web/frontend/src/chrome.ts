import { csrfToken } from "./api";
import { all, isTyping, need } from "./dom";

/** Menus close by a click elsewhere and by Escape, which gives the focus back. */
export function startMenus(): void {
  document.addEventListener("click", (event) => {
    for (const menu of all<HTMLDetailsElement>(document, "[data-menu][open]")) {
      if (!menu.contains(event.target as Node)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all<HTMLDetailsElement>(document, "[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}

/** The theme changes at once; the cookie follows without leaving the page. */
export function startPreferences(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const button = (event as SubmitEvent).submitter;
    if (!form.matches("[data-preferences]")) return;
    if (!(button instanceof HTMLButtonElement) || button.name !== "theme") return;
    event.preventDefault();
    document.documentElement.dataset["theme"] = button.value;
    for (const other of all(form, "button[name=theme]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    const body = new URLSearchParams({ theme: button.value, csrf_token: csrfToken() });
    void fetch(form.action, { method: "POST", body, redirect: "manual" });
  });
}

/** `/` goes to the search field, as on every video site. */
export function startSearchKey(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || isTyping(event) || event.ctrlKey || event.metaKey) return;
    const field = document.querySelector<HTMLInputElement>("[data-search]");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}

/** Forms ask first where they say so, and cannot be sent twice by two taps. */
export function startForms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method === "dialog") return;
    const question = form.dataset["confirm"];
    if (question && !form.dataset["confirmed"]) {
      event.preventDefault();
      askFirst(form, question);
      return;
    }
    const button = (event as SubmitEvent).submitter;
    button?.setAttribute("aria-busy", "true");
    if (form.dataset["sent"]) event.preventDefault();
    form.dataset["sent"] = "yes";
  });
  // The back button brings a page back as it was left: make its forms usable again.
  window.addEventListener("pageshow", () => {
    for (const form of all(document, "form[data-sent]")) {
      delete form.dataset["sent"];
      for (const busy of all(form, "[aria-busy]")) busy.removeAttribute("aria-busy");
    }
  });
}

function askFirst(form: HTMLFormElement, question: string): void {
  const dialog = need<HTMLDialogElement>(document, "[data-confirm-dialog]");
  need(dialog, "[data-confirm-text]").textContent = question;
  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue !== "yes") return;
      form.dataset["confirmed"] = "yes";
      submitForm(form);
    },
    { once: true },
  );
  dialog.returnValue = "";
  dialog.showModal();
}

/** Sends a form with its checks; the oldest browsers only know to send it. */
export function submitForm(form: HTMLFormElement): void {
  if ("requestSubmit" in form) form.requestSubmit();
  else (form as HTMLFormElement).submit();
}

/** Where a lesson was opened from has been counted: the address people copy lacks it. */
export function startAddress(): void {
  const address = new URL(window.location.href);
  if (!address.searchParams.has("from")) return;
  address.searchParams.delete("from");
  history.replaceState(history.state, "", address);
}

/** Pictures that cannot be loaded give way to the subject's cover below them. */
export function startPosters(): void {
  document.addEventListener(
    "error",
    (event) => {
      const image = event.target;
      if (image instanceof HTMLImageElement && image.matches(".poster__image")) {
        image.remove();
      }
    },
    true,
  );
  for (const image of all<HTMLImageElement>(document, ".poster__image")) {
    if (image.complete && image.naturalWidth === 0 && image.currentSrc) image.remove();
  }
}
