import { csrfToken, randomId } from "../api";
import { type Interval, merged, rounded } from "./intervals";
import { isSeen } from "./visibility";

const BEAT_MS = 10_000;
/** A step in play is shorter than this; anything longer was a jump. */
const STEP_S = 2.5;

/**
 * Reports what has been seen: every ten seconds of play, on pause and on leaving. What
 * plays in a hidden tab is heard and not seen: it moves the place and counts nothing.
 */
export class WatchReporter {
  readonly #video: HTMLVideoElement;
  readonly #path: string;
  readonly #session = randomId();
  #fresh: Interval[] = [];
  #last: number | null = null;
  #visible = isSeen(document.hidden, false);
  #moved = false;

  constructor(video: HTMLVideoElement, lesson: string) {
    this.#video = video;
    this.#path = `/api/v1/lessons/${lesson}/watch`;
    video.addEventListener("timeupdate", () => this.#note());
    video.addEventListener("seeking", () => (this.#last = null));
    video.addEventListener("pause", () => this.#send());
    video.addEventListener("ended", () => this.#send());
    window.addEventListener("pagehide", () => this.#send());
    // What was seen until now is sent before the picture goes, or comes back.
    document.addEventListener("visibilitychange", () => this.#change());
    video.addEventListener("enterpictureinpicture", () => this.#change());
    video.addEventListener("leavepictureinpicture", () => this.#change());
    setInterval(() => this.#send(), BEAT_MS);
  }

  #note(): void {
    const now = this.#video.currentTime;
    const before = this.#last;
    const step = STEP_S * Math.max(1, this.#video.playbackRate);
    if (before !== null && now > before && now - before < step) {
      if (this.#visible) this.#fresh = merged([...this.#fresh, [before, now]]);
      else this.#moved = true;
    }
    this.#last = this.#video.seeking ? null : now;
  }

  #change(): void {
    this.#send();
    this.#visible = isSeen(document.hidden, document.pictureInPictureElement === this.#video);
  }

  #send(): void {
    if (this.#fresh.length === 0 && !this.#moved) return;
    const intervals = rounded(this.#fresh);
    this.#fresh = [];
    this.#moved = false;
    const body = JSON.stringify({
      session: this.#session,
      position_s: Math.round(this.#video.currentTime * 10) / 10,
      intervals,
      speed: this.#video.playbackRate,
      // What could not be sent before the picture went was seen all the same.
      visible: this.#visible || intervals.length > 0,
    });
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
    fetch(this.#path, { method: "POST", headers, body, keepalive: true })
      // What could not be sent goes with the next beat.
      .then((answer) => (answer.status >= 500 ? this.#keep(intervals) : undefined))
      .catch(() => this.#keep(intervals));
  }

  #keep(intervals: Interval[]): void {
    this.#fresh = merged([...intervals, ...this.#fresh]);
  }
}
