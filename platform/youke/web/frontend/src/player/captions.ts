import { recallText, remember } from "./memory";
import { Menu } from "./menu";
import type { Source } from "./source";
import { type Caption, OFF, trackFor } from "./tracks";

const KEY = "youke.captions";

/** The menu of captions; it remembers the language, also from lesson to lesson. */
export class CaptionsMenu {
  readonly #root: HTMLElement;
  readonly #menu: Menu;
  readonly #off: string;
  #source: Source | null = null;
  /** Empty for none. */
  #language = recallText(KEY) ?? "";

  constructor(player: HTMLElement, off: string) {
    this.#root = player;
    this.#off = off;
    this.#menu = new Menu(player, "captions", (track) => this.#choose(track));
  }

  get isOpen(): boolean {
    return this.#menu.isOpen;
  }

  /** Shows what a source offers, and its captions in the remembered language. */
  use(source: Source): void {
    this.#source = source;
    const offered = source.captions();
    const track = offered.length ? trackFor(offered, this.#language) : OFF;
    source.showCaptions(track);
    this.#show(offered, track);
  }

  /** Switches captions on or off; returns what is shown then. */
  toggle(): string | null {
    const offered = this.#source?.captions() ?? [];
    const [first] = offered;
    if (!first) return null;
    const isOn = trackFor(offered, this.#language) !== OFF;
    const wanted = trackFor(offered, document.documentElement.lang);
    return this.#choose(isOn ? OFF : wanted === OFF ? first.track : wanted);
  }

  #choose(track: number): string {
    const offered = this.#source?.captions() ?? [];
    const chosen = offered.find((each) => each.track === track);
    this.#language = chosen?.language ?? "";
    remember(KEY, this.#language);
    this.#source?.showCaptions(track);
    this.#show(offered, track);
    return chosen?.name ?? this.#off;
  }

  #show(offered: Caption[], track: number): void {
    const options = offered.map((each) => ({ value: each.track, label: each.name }));
    if (options.length) options.push({ value: OFF, label: this.#off });
    this.#menu.fill(options, track, "CC");
    this.#root.classList.toggle("player--captions", track !== OFF);
  }
}
