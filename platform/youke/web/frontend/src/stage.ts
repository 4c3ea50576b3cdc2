import htmx from "htmx.org";

/** Tells that a part of the page was replaced and may hold new things to mount. */
export const STAGE_RENEWED = "youke:stage-renewed";

/** Fetches the page anew and puts its present `[data-stage]` in the old one's place. */
export async function renewStage(inside: Element): Promise<void> {
  const stage = inside.closest("[data-stage]");
  if (!stage) return location.reload();
  const target = `#${stage.id}`;
  await htmx.ajax("GET", location.pathname + location.search, {
    target,
    select: target,
    swap: "outerHTML",
  });
  document.dispatchEvent(new CustomEvent(STAGE_RENEWED));
}
