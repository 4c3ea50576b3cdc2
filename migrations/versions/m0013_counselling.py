"""Counselling: a schema of its own, owned by a role that nobody signs in as."""

from alembic import op

revision = "0013_counselling"
down_revision = "0016_recommending"

# The role is the cluster's, so another database may have made it before, or may be
# doing so at this moment. Where the migrating account may not make roles, a database
# administrator does it beforehand (docs/counselling.md) and this finds it.
ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'youke_counselling') THEN
        BEGIN
            CREATE ROLE youke_counselling NOLOGIN NOINHERIT;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END IF;
    -- To become the role is allowed; to have its rights without becoming it is not.
    IF NOT pg_has_role(current_user, 'youke_counselling', 'SET') THEN
        EXECUTE format(
            'GRANT youke_counselling TO %I WITH INHERIT FALSE, SET TRUE', current_user
        );
    END IF;
END
$$
"""

ENTER = """
GRANT REFERENCES (id) ON people TO youke_counselling;
CREATE SCHEMA counselling AUTHORIZATION youke_counselling;
SET LOCAL ROLE youke_counselling;
REVOKE ALL ON SCHEMA counselling FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA counselling REVOKE ALL ON TABLES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
"""

TABLES = """
CREATE TABLE counselling.readings (
    position BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    reader_id UUID NOT NULL,
    thread_id UUID NOT NULL,
    why TEXT NOT NULL,
    digest BYTEA NOT NULL,
    CONSTRAINT pk_readings PRIMARY KEY (position)
);
CREATE INDEX ix_counselling_readings_thread_id ON counselling.readings (thread_id);
CREATE TABLE counselling.duties (
    counsellor_id UUID NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_duties PRIMARY KEY (counsellor_id),
    CONSTRAINT fk_duties_counsellor_id_people FOREIGN KEY(counsellor_id) REFERENCES people (id) ON DELETE CASCADE
);
CREATE TABLE counselling.threads (
    id UUID NOT NULL,
    student_id UUID NOT NULL,
    counsellor_id UUID,
    alias TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    student_wrote_at TIMESTAMP WITH TIME ZONE NOT NULL,
    counsellor_wrote_at TIMESTAMP WITH TIME ZONE,
    student_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    counsellor_seen_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_threads PRIMARY KEY (id),
    CONSTRAINT fk_threads_student_id_people FOREIGN KEY(student_id) REFERENCES people (id) ON DELETE CASCADE,
    CONSTRAINT fk_threads_counsellor_id_people FOREIGN KEY(counsellor_id) REFERENCES people (id) ON DELETE SET NULL
);
CREATE INDEX ix_counselling_threads_counsellor_id ON counselling.threads (counsellor_id);
CREATE INDEX ix_counselling_threads_student_id ON counselling.threads (student_id);
CREATE TABLE counselling.crises (
    id UUID NOT NULL,
    thread_id UUID NOT NULL,
    cause TEXT NOT NULL,
    state TEXT NOT NULL,
    level INTEGER NOT NULL,
    raised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    taken_by_id UUID,
    taken_at TIMESTAMP WITH TIME ZONE,
    resolved_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_crises PRIMARY KEY (id),
    CONSTRAINT fk_crises_thread_id_threads FOREIGN KEY(thread_id) REFERENCES counselling.threads (id) ON DELETE CASCADE,
    CONSTRAINT fk_crises_taken_by_id_people FOREIGN KEY(taken_by_id) REFERENCES people (id) ON DELETE SET NULL
);
CREATE INDEX ix_counselling_crises_taken_by_id ON counselling.crises (taken_by_id);
CREATE INDEX ix_crises_due ON counselling.crises (due_at) WHERE state = 'raised';
CREATE UNIQUE INDEX ux_crises_live ON counselling.crises (thread_id) WHERE state <> 'resolved';
CREATE TABLE counselling.messages (
    id UUID NOT NULL,
    thread_id UUID NOT NULL,
    author TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    key TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_messages PRIMARY KEY (id),
    CONSTRAINT uq_messages_thread_id_key UNIQUE (thread_id, key),
    CONSTRAINT fk_messages_thread_id_threads FOREIGN KEY(thread_id) REFERENCES counselling.threads (id) ON DELETE CASCADE
);
CREATE INDEX ix_messages_thread ON counselling.messages (thread_id, id);
CREATE TABLE counselling.openings (
    id UUID NOT NULL,
    thread_id UUID NOT NULL,
    state TEXT NOT NULL,
    asked_by_id UUID NOT NULL,
    agreed_by_id UUID,
    reason BYTEA NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_openings PRIMARY KEY (id),
    CONSTRAINT ck_openings_two_people CHECK (asked_by_id <> agreed_by_id),
    CONSTRAINT fk_openings_thread_id_threads FOREIGN KEY(thread_id) REFERENCES counselling.threads (id) ON DELETE CASCADE,
    CONSTRAINT fk_openings_asked_by_id_people FOREIGN KEY(asked_by_id) REFERENCES people (id) ON DELETE CASCADE,
    CONSTRAINT fk_openings_agreed_by_id_people FOREIGN KEY(agreed_by_id) REFERENCES people (id) ON DELETE CASCADE
);
CREATE INDEX ix_counselling_openings_agreed_by_id ON counselling.openings (agreed_by_id);
CREATE INDEX ix_counselling_openings_asked_by_id ON counselling.openings (asked_by_id);
CREATE INDEX ix_counselling_openings_thread_id ON counselling.openings (thread_id);
CREATE TABLE counselling.referrals (
    id UUID NOT NULL,
    thread_id UUID NOT NULL,
    state TEXT NOT NULL,
    follow_up_on DATE NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_referrals PRIMARY KEY (id),
    CONSTRAINT fk_referrals_thread_id_threads FOREIGN KEY(thread_id) REFERENCES counselling.threads (id) ON DELETE CASCADE
);
CREATE INDEX ix_counselling_referrals_thread_id ON counselling.referrals (thread_id);
CREATE TABLE counselling.thread_keys (
    thread_id UUID NOT NULL,
    key_id TEXT NOT NULL,
    wrapped BYTEA NOT NULL,
    CONSTRAINT pk_thread_keys PRIMARY KEY (thread_id),
    CONSTRAINT fk_thread_keys_thread_id_threads FOREIGN KEY(thread_id) REFERENCES counselling.threads (id) ON DELETE CASCADE
);
CREATE TABLE counselling.referral_notes (
    id UUID NOT NULL,
    referral_id UUID NOT NULL,
    sealed BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_referral_notes PRIMARY KEY (id),
    CONSTRAINT fk_referral_notes_referral_id_referrals FOREIGN KEY(referral_id) REFERENCES counselling.referrals (id) ON DELETE CASCADE
);
CREATE INDEX ix_counselling_referral_notes_referral_id ON counselling.referral_notes (referral_id);
"""

# A log in which lines can be changed proves nothing. The role owns the table and so
# could drop this; the chain of signatures shows what happened then.
APPEND_ONLY = """
CREATE FUNCTION counselling.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of readings is never changed';
END
$$;
CREATE TRIGGER readings_stay BEFORE UPDATE OR DELETE ON counselling.readings
    FOR EACH ROW EXECUTE FUNCTION counselling.refuse_change();
CREATE TRIGGER readings_stay_whole BEFORE TRUNCATE ON counselling.readings
    FOR EACH STATEMENT EXECUTE FUNCTION counselling.refuse_change();
"""


def upgrade() -> None:
    for statements in (ROLE, ENTER, TABLES, APPEND_ONLY):
        op.execute(statements)
    op.execute("SET LOCAL ROLE NONE")


def downgrade() -> None:
    # The role stays: other databases of this server may use it.
    op.execute("SET LOCAL ROLE youke_counselling")
    op.execute("DROP SCHEMA counselling CASCADE")
    op.execute("SET LOCAL ROLE NONE")
    op.execute("REVOKE REFERENCES (id) ON people FROM youke_counselling")
