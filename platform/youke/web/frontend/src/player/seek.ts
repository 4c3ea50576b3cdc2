import { all, need } from "../dom";
import { timeText } from "./time";

/** The lesson as the bar sees it, in seconds. */
interface Lesson {
  length(): number;
  /** How much of it can be watched already. */
  edge(): number;
  /** Shows the picture of a second. */
  picture(second: number): unknown;
  seek(second: number): void;
}

/** The bar with what is played, loaded, and where questions were answered. */
export class SeekBar {
  readonly #bar: HTMLElement;
  readonly #video: HTMLVideoElement;
  readonly #lesson: Lesson;
  #held = false;

  constructor(player: HTMLElement, video: HTMLVideoElement, lesson: Lesson) {
    this.#bar = need(player, "[data-seek]");
    this.#video = video;
    this.#lesson = lesson;
    this.#bar.addEventListener("pointerdown", (event) => this.#hold(event));
    this.#bar.addEventListener("pointermove", (event) => this.#hover(event));
    for (const name of ["pointerup", "pointercancel"]) {
      this.#bar.addEventListener(name, () => this.#release());
    }
    for (const name of ["timeupdate", "progress", "durationchange", "seeked"]) {
      video.addEventListener(name, () => this.show());
    }
    video.addEventListener("durationchange", () => this.#placeMarkers());
    this.#placeMarkers();
  }

  /** Shows the present state; while it is held the finger decides. */
  show(): void {
    const length = this.#lesson.length();
    const now = this.#video.currentTime;
    if (!this.#held) this.#set("--played", now / length);
    this.#set("--loaded", this.#loadedEnd() / length);
    this.#set("--ready", length ? this.#lesson.edge() / length : 1);
    this.#bar.setAttribute("aria-valuemax", String(Math.floor(length)));
    this.#bar.setAttribute("aria-valuenow", String(Math.floor(now)));
    this.#bar.setAttribute("aria-valuetext", timeText(now));
  }

  #loadedEnd(): number {
    const { buffered, currentTime } = this.#video;
    for (let i = 0; i < buffered.length; i += 1) {
      if (buffered.start(i) <= currentTime + 0.5 && currentTime <= buffered.end(i)) {
        return buffered.end(i);
      }
    }
    return currentTime;
  }

  #hold(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#held = true;
    this.#bar.classList.add("seek--held");
    this.#bar.setPointerCapture(event.pointerId);
    this.#hover(event);
  }

  #hover(event: PointerEvent): void {
    const share = this.#shareAt(event);
    const second = share * this.#lesson.length();
    this.#set("--at", share);
    need(this.#bar, "[data-seek-time]").textContent = timeText(second);
    this.#lesson.picture(second);
    if (!this.#held) return;
    this.#set("--played", share);
    this.#lesson.seek(second);
  }

  #release(): void {
    this.#held = false;
    this.#bar.classList.remove("seek--held");
  }

  #shareAt(event: PointerEvent): number {
    const box = this.#bar.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
  }

  #placeMarkers(): void {
    for (const marker of all(this.#bar, "[data-marker]")) {
      const share = Number(marker.dataset["marker"]) / this.#lesson.length();
      marker.hidden = !(share >= 0 && share <= 1);
      marker.style.setProperty("--at", `${share * 100}%`);
    }
  }

  #set(name: string, share: number): void {
    const safe = Number.isFinite(share) ? Math.min(Math.max(share, 0), 1) : 0;
    this.#bar.style.setProperty(name, `${safe * 100}%`);
  }
}
