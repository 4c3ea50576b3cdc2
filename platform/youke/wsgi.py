"""What gunicorn serves: `gunicorn youke.wsgi:app`."""

from youke.app import create_app
from youke.http.context import runtime
from youke.kernel import logs
from youke.kernel.config import Settings
from youke.recommendations.service import keep_current

logs.configure()
app = create_app(Settings.from_env())
# Here and not in `create_app`: every gunicorn worker imports this, and nobody else.
with app.app_context():
    keep_current(runtime().database, runtime().store)
