import { call } from "./api";
import { sleep } from "./dom";
import { renewStage } from "./stage";

/** What the server says about a lesson that is being prepared. */
interface LessonState {
  state: string;
  code: string | null;
  progress: number;
  playable: boolean;
  /** Seconds, estimated; null while nobody knows. */
  time_left_s: number | null;
}

const POLL_MS = 2000;

/** Follows a lesson in preparation and brings the new part when a step is reached.
 *
 * `[data-progress]` names the lesson; `data-state` and `data-playable` say what the
 * page shows. When either changes, the stage around it is fetched anew.
 */
export function startProgress(): void {
  const place = document.querySelector<HTMLElement>("[data-progress]");
  if (place && !place.dataset["followed"]) void follow(place);
}

async function follow(place: HTMLElement): Promise<void> {
  place.dataset["followed"] = "yes";
  const path = `/api/v1/lessons/${place.dataset["progress"]}`;
  while (place.isConnected) {
    await sleep(POLL_MS);
    if (document.hidden) continue;
    const lesson = await call<LessonState>("GET", path).catch(() => null);
    if (!lesson || !place.isConnected) continue;
    show(place, lesson);
    if (isNewStep(place, lesson) && !isWatching(place)) return renewStage(place);
  }
}

function isNewStep(place: HTMLElement, lesson: LessonState): boolean {
  const { state, playable } = place.dataset;
  return state !== lesson.state || playable !== String(lesson.playable);
}

/** Who is watching the first version already is not interrupted. */
function isWatching(place: HTMLElement): boolean {
  const video = place.closest("[data-stage]")?.querySelector("video");
  return Boolean(video && !video.paused);
}

function show(place: HTMLElement, lesson: LessonState): void {
  const bar = place.querySelector<HTMLProgressElement>("progress");
  if (bar) bar.value = lesson.progress;
  const text = place.querySelector("[data-percent]");
  if (text) text.textContent = `${Math.floor(lesson.progress * 100)}%`;
  const left = place.querySelector<HTMLElement>("[data-time-left]");
  if (left) left.textContent = timeLeft(left.dataset, lesson.time_left_s);
}

/** The page brings the sentences in the reader's language. */
function timeLeft(words: DOMStringMap, seconds: number | null): string {
  if (seconds === null) return "";
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return words["soon"] ?? "";
  return (words["minutes"] ?? "").replace("{minutes}", String(minutes));
}
