import type {
  HlsConfig,
  LoaderConfiguration,
  LoaderContext,
  LoaderCallbacks,
  MediaFragment,
  PlaylistLoaderConstructor,
  PlaylistLoaderContext,
} from "hls.js";

/** Lets hls.js take a playlist in which a segment has got a better file meanwhile.
 *
 * The segments of a lesson in preparation keep their numbers and times, but a chunk that
 * was there in 360p alone is exchanged when its 1080p lands. Until 1.7 hls.js was content
 * with that; now it stops ("media sequence mismatch"), and gives the new file the old
 * one's header. So it forgets the old file of such segments before it compares.
 */
export function tolerant(Loader: HlsConfig["loader"]): PlaylistLoaderConstructor {
  return class extends Loader {
    override load(
      context: LoaderContext,
      settings: LoaderConfiguration,
      callbacks: LoaderCallbacks<LoaderContext>,
    ): void {
      const { onSuccess } = callbacks;
      super.load(context, settings, {
        ...callbacks,
        onSuccess: (response, ...more) => {
          const { details } = (context as PlaylistLoaderContext).levelOrTrack ?? {};
          if (details) {
            details.fragments = withoutReplaced(details.fragments, String(response.data));
          }
          onSuccess(response, ...more);
        },
      });
    }
  } as unknown as PlaylistLoaderConstructor;
}

/** Returns the known segments; those with another file in the playlist know theirs no more.
 *
 * A segment that is being loaded this moment must keep its file: the stand-in inherits.
 */
export function withoutReplaced<T extends Pick<MediaFragment, "relurl" | "initSegment">>(
  fragments: T[],
  playlist: string,
): T[] {
  const files = playlist.split("\n").filter((line) => line && !line.startsWith("#"));
  return fragments.map((fragment, at) => {
    const file = files[at];
    if (!file || !fragment.relurl || pathOf(file) === pathOf(fragment.relurl)) return fragment;
    return Object.create(fragment, {
      relurl: { value: undefined },
      initSegment: { value: null },
    }) as T;
  });
}

/** An address without its signature, which changes by the hour. */
function pathOf(url: string): string {
  return url.replace(/\?[^?]*$/, "");
}
