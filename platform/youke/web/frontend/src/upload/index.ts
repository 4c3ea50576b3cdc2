import { all } from "../dom";
import { UploadView } from "./view";

const mounted = new WeakSet<HTMLElement>();

/** Brings the places for uploads on the page to life. */
export function mountUploads(): void {
  for (const root of all(document, "[data-upload]")) {
    if (mounted.has(root)) continue;
    mounted.add(root);
    new UploadView(root);
  }
}
