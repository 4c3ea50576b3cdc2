import { need } from "../dom";

export interface Option {
  value: number;
  label: string;
}

/** A menu of the player: a button that shows the choice, a list above it. */
export class Menu {
  readonly #root: HTMLElement;
  readonly #button: HTMLElement;
  readonly #list: HTMLElement;
  readonly #choose: (value: number) => void;

  constructor(player: HTMLElement, name: string, choose: (value: number) => void) {
    this.#root = need(player, `[data-menu-of="${name}"]`);
    this.#button = need(this.#root, "[data-menu-button]");
    this.#list = need(this.#root, "[data-menu-options]");
    this.#choose = choose;
    this.#button.addEventListener("click", () => this.#open(!this.isOpen));
    this.#list.addEventListener("click", (event) => this.#pick(event));
    this.#root.addEventListener("keydown", (event) => this.#key(event));
    this.#root.addEventListener("focusout", (event) => {
      if (!this.#root.contains(event.relatedTarget as Node | null)) this.#open(false);
    });
  }

  get isOpen(): boolean {
    return !this.#list.hidden;
  }

  /** Shows the options, the chosen one marked; one option alone is no choice. */
  fill(options: Option[], chosen: number, shown: string): void {
    this.#root.hidden = options.length < 2;
    need(this.#button, "[data-menu-value]").textContent = shown;
    // The items stay the same ones: an open menu closes when its focus is taken away.
    while (this.#list.childElementCount > options.length) this.#list.lastElementChild?.remove();
    while (this.#list.childElementCount < options.length) this.#list.append(newItem());
    const items = Array.from(this.#list.children) as HTMLElement[];
    for (const [at, option] of options.entries()) {
      const item = items[at];
      if (!item) continue;
      item.setAttribute("aria-checked", String(option.value === chosen));
      item.dataset["value"] = String(option.value);
      item.textContent = option.label;
    }
  }

  #pick(event: Event): void {
    const item = (event.target as Element).closest<HTMLElement>("[data-value]");
    if (!item) return;
    this.#open(false);
    this.#button.focus();
    this.#choose(Number(item.dataset["value"]));
  }

  #open(open: boolean): void {
    this.#list.hidden = !open;
    this.#button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    this.#list.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
  }

  #key(event: KeyboardEvent): void {
    if (!this.isOpen) return;
    const items = Array.from(this.#list.children) as HTMLElement[];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) items[(at + step + items.length) % items.length]?.focus();
    else if (event.key === "Escape") {
      this.#open(false);
      this.#button.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function newItem(): HTMLElement {
  const item = document.createElement("button");
  item.type = "button";
  item.className = "player__option";
  item.setAttribute("role", "menuitemradio");
  return item;
}
