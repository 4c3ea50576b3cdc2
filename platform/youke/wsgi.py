"""What gunicorn serves: `gunicorn youke.wsgi:app`."""

from youke.app import create_app
from youke.kernel import logs
from youke.kernel.config import Settings

logs.configure()
app = create_app(Settings.from_env())
