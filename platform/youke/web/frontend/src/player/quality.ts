import { Menu } from "./menu";
import type { Source } from "./source";

const AUTO = -1;

/** The menu of qualities. */
export class QualityMenu {
  readonly #menu: Menu;
  readonly #video: HTMLVideoElement;
  readonly #auto: string;
  #source: Source | null = null;
  #fixed = AUTO;

  constructor(player: HTMLElement, video: HTMLVideoElement, auto: string) {
    this.#menu = new Menu(player, "quality", (level) => this.#choose(level));
    this.#video = video;
    this.#auto = auto;
  }

  get isOpen(): boolean {
    return this.#menu.isOpen;
  }

  /** Shows what a source offers; the button names what is really seen. */
  use(source: Source): void {
    this.#source = source;
    const { videoWidth, videoHeight } = this.#video;
    const seen = videoHeight ? `${Math.min(videoWidth, videoHeight)}p` : "";
    const levels = source.qualities();
    const auto = seen && this.#fixed === AUTO ? `${this.#auto} ${seen}` : this.#auto;
    const chosen = levels.find(({ level }) => level === this.#fixed);
    const options = levels.map(({ level, name }) => ({ value: level, label: name }));
    // One quality alone is no choice.
    if (levels.length > 1) options.push({ value: AUTO, label: auto });
    this.#menu.fill(options, this.#fixed, chosen ? seen || chosen.name : auto);
  }

  /** Leaves the choice to the line again. */
  reset(): void {
    this.#fixed = AUTO;
  }

  #choose(level: number): void {
    this.#fixed = level;
    if (!this.#source) return;
    this.#source.choose(level);
    this.use(this.#source);
  }
}
