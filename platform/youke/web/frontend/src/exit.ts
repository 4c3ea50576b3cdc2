import { all } from "./dom";

/** Two presses of Escape within this many milliseconds leave the page. */
const TWICE_MS = 600;

/** A page one wants to be rid of quickly is replaced, so that "back" does not show it. */
export function startQuickExit(): void {
  const [link] = all<HTMLAnchorElement>(document, "[data-quick-exit]");
  if (!link) return;
  const leave = (): void => {
    document.body.hidden = true;
    location.replace(link.href);
  };
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  let last = Number.NEGATIVE_INFINITY;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (event.timeStamp - last < TWICE_MS) leave();
    last = event.timeStamp;
  });
}
