import { all } from "../dom";
import { Player } from "./player";
import { timeText } from "./time";

const mounted = new WeakSet<HTMLElement>();

/** Brings the frames on the page to life and ties the page's links to the first. */
export function mountPlayers(): void {
  for (const root of all(document, "[data-player]")) {
    if (mounted.has(root)) continue;
    mounted.add(root);
    tie(new Player(root), root);
  }
}

/** Answers jump to their second; "Ask" takes the present second along. */
function tie(player: Player, root: HTMLElement): void {
  document.addEventListener("click", (event) => {
    const jump = (event.target as Element).closest<HTMLElement>("[data-seek-to]");
    if (!jump) return;
    player.seek(Number(jump.dataset["seekTo"]));
    root.scrollIntoView({ block: "nearest" });
  });
  const link = document.querySelector<HTMLAnchorElement>("[data-ask-link]");
  if (!link) return;
  const base = link.href;
  root.querySelector("video")?.addEventListener("timeupdate", () => {
    const second = Math.floor(player.position);
    if (second < 1) return;
    link.href = `${base}&t=${second}`;
    const shown = link.querySelector<HTMLElement>("[data-ask-time]");
    if (!shown) return;
    shown.hidden = false;
    shown.textContent = ` ${timeText(second)}`;
  });
}
