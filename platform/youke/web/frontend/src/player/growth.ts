import { call } from "../api";
import { need, sleep } from "../dom";

/** What the server says about a lesson that is still being prepared. */
interface Answer {
  progress: number;
  media: { growing: boolean } | null;
}

const POLL_MS = 4000;

/** Follows a lesson that is watched while it is prepared, and tells how far it is. */
export class Growth {
  readonly #root: HTMLElement;
  readonly #note: HTMLElement;
  #over: boolean;

  constructor(root: HTMLElement, ready: () => void) {
    this.#root = root;
    this.#note = need(root, "[data-growing-note]");
    this.#over = !("growing" in root.dataset);
    this.#note.hidden = this.#over;
    if (!this.#over) void this.#follow(ready);
  }

  /** Whether there is more to come, as far as the page knows. */
  get isOn(): boolean {
    return !this.#over;
  }

  async #follow(ready: () => void): Promise<void> {
    const path = `/api/v1/lessons/${this.#root.dataset["lesson"]}`;
    while (!this.#over && this.#root.isConnected) {
      await sleep(POLL_MS);
      if (document.hidden) continue;
      const answer = await call<Answer>("GET", path).catch(() => null);
      if (!answer) continue;
      this.#show(answer);
      if (this.#over && answer.media) ready();
    }
  }

  /** Without anything to watch it has failed: what is loaded can still be seen. */
  #show({ progress, media }: Answer): void {
    this.#over = !media?.growing;
    this.#note.hidden = this.#over;
    need(this.#note, "[data-percent]").textContent = `${Math.floor(progress * 100)}%`;
  }
}
