import { type Tile, parseStoryboard, tileAt } from "./tiles";

/** The pictures above the seek bar; they are fetched when somebody first seeks. */
export class Storyboard {
  readonly #place: HTMLElement;
  readonly #address: string;
  #tiles: Tile[] | null = null;
  #second = 0;

  /** `playlist` is the lesson's; the storyboard lies beside it. */
  constructor(place: HTMLElement, playlist: string) {
    this.#place = place;
    this.#address = playlist.replace(/\/[^/]*\.m3u8/, "/storyboard.vtt");
  }

  /** Shows the picture of a second, as soon as there is one. */
  show(second: number): void {
    this.#second = second;
    if (this.#tiles === null) void this.#load();
    const tile = tileAt(this.#tiles ?? [], second);
    this.#place.hidden = !tile;
    if (!tile) return;
    const { style } = this.#place;
    style.width = `${tile.width}px`;
    style.height = `${tile.height}px`;
    style.backgroundImage = `url("${tile.sheet}")`;
    style.backgroundPosition = `-${tile.x}px -${tile.y}px`;
  }

  async #load(): Promise<void> {
    this.#tiles = [];
    const answer = await fetch(this.#address).catch(() => null);
    if (!answer?.ok) return;
    this.#tiles = parseStoryboard(await answer.text());
    this.show(this.#second);
  }
}
