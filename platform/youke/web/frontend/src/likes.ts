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
  need(button, "[data-like-count]").textContent = countText(answer.likes);
}

/** A count short enough for a button: 12345 becomes 1.2万 or 12.3k; cut, not rounded. */
export function countText(value: number, lang = document.documentElement.lang): string {
  const units: [number, string][] = lang.startsWith("zh")
    ? [[1e8, "亿"], [1e4, "万"]]
    : [[1e6, "M"], [1e3, "k"]];
  const unit = units.find(([size]) => value >= size);
  if (!unit) return value.toLocaleString(lang);
  return `${Math.floor((value * 10) / unit[0]) / 10}${unit[1]}`;
}
