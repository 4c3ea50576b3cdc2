import htmx from "htmx.org";
import { call } from "./api";
import { need, sleep } from "./dom";

/** What the server says about a lesson that is being prepared. */
export interface LessonState {
  state: string;
  code: string | null;
  progress: number;
  playable: boolean;
}

const POLL_MS = 2000;

/** Follows lessons in preparation and brings the new part when a step is reached.
 *
 * `[data-progress]` names the lesson; `data-state` and `data-playable` say what the
 * page shows. When either changes the nearest `[data-stage]` is fetched anew and put
 * in its place, then `changed` is called.
 */
export function startProgress(changed: () => void): void {
  const place = document.querySelector<HTMLElement>("[data-progress]");
  if (place) void follow(place, changed);
}

async function follow(place: HTMLElement, changed: () => void): Promise<void> {
  const path = `/api/v1/lessons/${place.dataset["progress"]}`;
  while (place.isConnected) {
    await sleep(POLL_MS);
    if (document.hidden) continue;
    const lesson = await call<LessonState>("GET", path).catch(() => null);
    if (!lesson || !place.isConnected) continue;
    if (isNewStep(place, lesson)) {
      await renew(place);
      changed();
      startProgress(changed);
      return;
    }
    show(place, lesson);
  }
}

function isNewStep(place: HTMLElement, lesson: LessonState): boolean {
  const { state, playable } = place.dataset;
  return state !== lesson.state || playable !== String(lesson.playable);
}

function show(place: HTMLElement, lesson: LessonState): void {
  const bar = place.querySelector<HTMLProgressElement>("progress");
  if (bar) bar.value = lesson.progress;
  const text = place.querySelector("[data-percent]");
  if (text) text.textContent = `${Math.floor(lesson.progress * 100)}%`;
}

async function renew(place: HTMLElement): Promise<void> {
  const stage = place.closest<HTMLElement>("[data-stage]");
  if (!stage) return location.reload();
  const target = `#${stage.id}`;
  need(document, target);
  await htmx.ajax("GET", location.pathname + location.search, {
    target,
    select: target,
    swap: "outerHTML",
  });
}
