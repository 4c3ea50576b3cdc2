"""How long what is stored is needed by those who know where it is."""

from datetime import timedelta

#: Presigned URLs live at least so long …
URL_LIFETIME_S = 6 * 3600
#: … and all viewers of such a window get the same ones, so caches can serve them.
URL_WINDOW_S = 3600
#: Whoever watches what has been replaced holds URLs that live so long.
STILL_WATCHED = timedelta(seconds=URL_LIFETIME_S + URL_WINDOW_S)
#: Pieces of an encoding that was given up wait so long for another try.
KEPT_FOR_RETRIES = timedelta(days=1)
