import { need } from "../dom";

/** What can be done on the picture itself. */
interface Actions {
  toggle(): void;
  skip(by: number): void;
  wake(): void;
  fullscreen(): void;
}

const DOUBLE_MS = 300;
const SIDE = 0.35;

/** A mouse click pauses; a finger shows the controls, twice at a side skips. */
export function listenSurface(root: HTMLElement, video: HTMLVideoElement, actions: Actions): void {
  const surface = need(root, "[data-surface]");
  let last = 0;
  surface.addEventListener("pointerup", (event) => {
    if (event.pointerType === "mouse") return;
    const now = event.timeStamp;
    const box = surface.getBoundingClientRect();
    const side = (event.clientX - box.left) / box.width;
    const isDouble = now - last < DOUBLE_MS;
    if (isDouble && side < SIDE) actions.skip(-10);
    else if (isDouble && side > 1 - SIDE) actions.skip(10);
    else if (root.classList.contains("player--idle")) actions.wake();
    else if (!video.paused) root.classList.add("player--idle");
    last = now;
  });
  surface.addEventListener("click", (event) => {
    if ((event as PointerEvent).pointerType === "mouse") actions.toggle();
  });
  surface.addEventListener("dblclick", (event) => {
    if (event.detail && matchMedia("(hover: hover)").matches) actions.fullscreen();
  });
}
