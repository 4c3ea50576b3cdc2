import { call } from "./api";
import { need } from "./dom";
import { toastError } from "./toasts";

interface LikeAnswer {
  likes: number;
  liked: boolean;
}

/** The heart answers at once and is set right by the server's answer. */
export function startLikes(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-like]");
    if (button) void toggle(button);
  });
}

async function toggle(button: HTMLElement): Promise<void> {
  if (button.dataset["busy"]) return;
  button.dataset["busy"] = "yes";
  const was = button.getAttribute("aria-pressed") === "true";
  button.setAttribute("aria-pressed", String(!was));
  try {
    const path = `/api/v1/lessons/${button.dataset["like"]}/like`;
    show(button, await call<LikeAnswer>(was ? "DELETE" : "PUT", path));
  } catch (error) {
    button.setAttribute("aria-pressed", String(was));
    toastError(error);
  } finally {
    delete button.dataset["busy"];
  }
}

function show(button: HTMLElement, answer: LikeAnswer): void {
  button.setAttribute("aria-pressed", String(answer.liked));
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    notation: "compact",
  });
  need(button, "[data-like-count]").textContent = format.format(answer.likes);
}
