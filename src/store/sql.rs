//! Every statement, as text. What both databases read alike stands once.
//!
//! The rules that let the schema outgrow one database machine: a statement that locks or writes names `insights_id` (in
//! `idempotency`: client and key); only lock-free reads may cross submissions; nothing is claimed with `FOR UPDATE`. Transactions
//! take their locks in one order: job, then submission, then idempotency, so that a purge and a worker never wait for each other.

/// Declares statements, and the list of them that a test prepares and explains.
macro_rules! statements {
    ($(#[$list:meta])* $visibility:vis $all:ident: $($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub(super) const $name: &str = $text;)*
        $(#[$list])*
        $visibility const $all: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

statements! {
    /// The statements that are the same text on both databases.
    pub(super) SHARED:

    MIGRATIONS = "SELECT version, checksum FROM _sqlx_migrations ORDER BY version";

    /// Takes a key that is free or whose record has expired; no row when it stands for something. On Postgres it waits for a
    /// transaction that is about to take the key.
    INSERT_IDEMPOTENCY = "INSERT INTO idempotency (client_id, key, digest, insights_id, expires_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (client_id, key) DO UPDATE
        SET digest = excluded.digest, insights_id = excluded.insights_id, expires_at = excluded.expires_at
        WHERE idempotency.expires_at <= $6";
    INSERT_SUBMISSION = "INSERT INTO submission (insights_id, client_id, status, accepted_at, expires_at, expiry_reason, as_of, digest,
            raw_length, customers, accounts, transactions, idempotency_key, accepted)
        VALUES ($1, $2, 'PROCESSING', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    INSERT_KEY = "INSERT INTO wrapped_key (insights_id, master_key, wrapped) VALUES ($1, $2, $3)";
    INSERT_PAYLOAD = "INSERT INTO payload (insights_id, payload) VALUES ($1, $2)";
    INSERT_JOB = "INSERT INTO job (insights_id, client_id, fence, attempt, due_at, lease_until, expires_at, weight)
        VALUES ($1, $2, $3, 0, $4, $5, $6, $7)";

    IDEMPOTENCY = "SELECT digest, insights_id FROM idempotency WHERE client_id = $1 AND key = $2 AND expires_at > $3";
    ACCEPTED = "SELECT k.master_key, k.wrapped, s.accepted
        FROM submission s JOIN wrapped_key k ON k.insights_id = s.insights_id
        WHERE s.insights_id = $1 AND s.client_id = $2";

    FIND = "SELECT s.status, s.failure, s.accepted_at, s.raw_length, k.master_key, k.wrapped, s.accepted,
            CAST(coalesce(sum(o.report_length), 0) AS BIGINT)
        FROM submission s
        JOIN wrapped_key k ON k.insights_id = s.insights_id
        JOIN order_report o ON o.insights_id = s.insights_id AND (o.order_id = $3 OR $3 IS NULL)
        WHERE s.insights_id = $1 AND s.client_id = $2 AND s.expires_at > $4
        GROUP BY s.insights_id, k.insights_id";
    REPORTS = "SELECT s.head, o.order_id, o.report
        FROM submission s JOIN order_report o ON o.insights_id = s.insights_id AND (o.order_id = $3 OR $3 IS NULL)
        WHERE s.insights_id = $1 AND s.client_id = $2 AND s.expires_at > $4 AND s.status = 'COMPLETED'
        ORDER BY o.position";

    /// First of all: the lock that a completing worker takes too.
    PURGE_JOB = "DELETE FROM job WHERE insights_id = $1 AND client_id = $2";
    /// The rows of the other tables go by cascade.
    PURGE_LIVING = "DELETE FROM submission WHERE insights_id = $1 AND client_id = $2 AND expires_at > $3
        RETURNING customers, accounts, transactions, idempotency_key, expiry_reason";
    PURGE_EXPIRED = "DELETE FROM submission WHERE insights_id = $1 AND client_id = $2 AND expires_at <= $3
        RETURNING customers, accounts, transactions, idempotency_key, expiry_reason";
    /// Only while the key still stands for the purged submission.
    PURGE_IDEMPOTENCY = "DELETE FROM idempotency WHERE client_id = $1 AND key = $2 AND insights_id = $3";
    INSERT_DELETION = "INSERT INTO deletion (insights_id, client_id, deleted_at, reason, customers, accounts, transactions)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    DELETION = "SELECT reason FROM deletion WHERE insights_id = $1 AND client_id = $2";

    /// Walks the index from the oldest; what it skips is under a lease, and there are not more of those than workers.
    DUE = "SELECT insights_id, fence, due_at, weight FROM job
        WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) AND expires_at > $1
        ORDER BY due_at, insights_id LIMIT $2";
    CLAIM = "UPDATE job SET fence = fence + 1, attempt = attempt + 1, lease_until = $4
        WHERE insights_id = $1 AND fence = $2 AND due_at <= $3 AND (lease_until IS NULL OR lease_until <= $3) AND expires_at > $3
        RETURNING fence, attempt";
    CLAIMED = "SELECT s.client_id, s.accepted_at, s.as_of, s.digest, s.raw_length, k.master_key, k.wrapped, p.payload
        FROM submission s
        JOIN wrapped_key k ON k.insights_id = s.insights_id
        LEFT JOIN payload p ON p.insights_id = s.insights_id
        WHERE s.insights_id = $1";
    ORDERS = "SELECT order_id FROM order_report WHERE insights_id = $1 ORDER BY position";
    BEGIN = "UPDATE job SET attempt = attempt + 1, lease_until = $4
        WHERE insights_id = $1 AND fence = $2 AND expires_at > $3
        RETURNING attempt";
    RENEW = "UPDATE job SET lease_until = $3 WHERE insights_id = $1 AND fence = $2";
    /// The fence rises: what the holder still writes is stale.
    RELEASE = "UPDATE job SET fence = fence + 1, lease_until = NULL, due_at = $3,
            attempt = CASE WHEN $4 AND attempt > 0 THEN attempt - 1 ELSE attempt END
        WHERE insights_id = $1 AND fence = $2";

    FINISH_JOB = "DELETE FROM job WHERE insights_id = $1 AND fence = $2";
    /// After the reports: no order may be without one.
    COMPLETE = "UPDATE submission SET status = 'COMPLETED', head = $2, finished_at = $3
        WHERE insights_id = $1 AND status = 'PROCESSING'
        AND NOT EXISTS (SELECT 1 FROM order_report o WHERE o.insights_id = $1 AND o.report IS NULL)";
    FAIL = "UPDATE submission SET status = 'FAILED', failure = $2, finished_at = $3 WHERE insights_id = $1 AND status = 'PROCESSING'";
    DESTROY_PAYLOAD = "DELETE FROM payload WHERE insights_id = $1";

    EXPIRED = "SELECT insights_id, client_id FROM submission WHERE expires_at <= $1 ORDER BY expires_at, insights_id LIMIT $2";
    EXPIRED_KEYS = "SELECT client_id, key FROM idempotency WHERE expires_at <= $1 ORDER BY expires_at, client_id, key LIMIT $2";
    DELETE_EXPIRED_KEY = "DELETE FROM idempotency WHERE client_id = $1 AND key = $2 AND expires_at <= $3";

    QUEUE_DEPTH = "SELECT count(*) FILTER (WHERE lease_until IS NULL OR lease_until <= $1), count(*) FILTER (WHERE lease_until > $1),
            min(due_at) FILTER (WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1))
        FROM job WHERE expires_at > $1";
    IN_FLIGHT = "SELECT count(*) FROM job WHERE client_id = $1";
    MASTER_KEYS = "SELECT DISTINCT master_key FROM wrapped_key ORDER BY master_key";
}

statements! {
    /// What only Postgres is asked.
    pub(super) POSTGRES:

    /// What every connection is told: no statement and no forgotten transaction holds others up, a commit is durable even where
    /// the server's default says otherwise, and each statement sees what was committed before it.
    PG_SESSION = "SELECT set_config('statement_timeout', '15s', false), set_config('lock_timeout', '10s', false),
            set_config('idle_in_transaction_session_timeout', '15s', false),
            set_config('default_transaction_isolation', 'read committed', false),
            set_config('synchronous_commit',
                CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)";
    PG_CLOCK = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)";
    PG_INSERT_ORDERS = "INSERT INTO order_report (insights_id, order_id, position)
        SELECT $1, o.order_id, o.position - 1 FROM unnest(CAST($2 AS UUID[])) WITH ORDINALITY AS o (order_id, position)";
    PG_STORE_REPORTS = "UPDATE order_report SET report = r.report, report_length = r.report_length
        FROM unnest(CAST($2 AS UUID[]), CAST($3 AS BYTEA[]), CAST($4 AS BIGINT[])) AS r (order_id, report, report_length)
        WHERE order_report.insights_id = $1 AND order_report.order_id = r.order_id";

    /// In the purge's own transaction: what a scrub has to see to.
    PG_LIST_PURGED_KEY = "INSERT INTO purged_key (insights_id) VALUES ($1)";
    PG_HAS_PURGED_KEYS = "SELECT EXISTS (SELECT FROM purged_key)";
    /// A rewrite of a large table takes its time, but while it waits for its lock everybody waits behind it.
    PG_SCRUB_SESSION = "SELECT set_config('statement_timeout', '0', false), set_config('lock_timeout', '500ms', false)";
    /// The session's: it is free again when the connection closes, however the process ends. The number means nothing.
    PG_SCRUB_LOCK = "SELECT pg_try_advisory_lock(5190386742201557313)";
    /// The purged keys that are no row of the table any more, not even one that an old snapshot sees: their transaction lies before
    /// every transaction that the table still knows of.
    PG_UNSEEN_KEYS = "SELECT p.insights_id FROM purged_key p
        WHERE age(p.xmin) > (SELECT age(c.relfrozenxid) FROM pg_class c WHERE c.oid = CAST('wrapped_key' AS regclass))
        ORDER BY p.insights_id";
    PG_UNLIST_PURGED_KEY = "DELETE FROM purged_key WHERE insights_id = $1";
}

statements! {
    /// What only SQLite is asked.
    pub(super) SQLITE:

    LITE_HAS_MIGRATIONS = "SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'";
    LITE_INSERT_ORDER = "INSERT INTO order_report (insights_id, order_id, position) VALUES ($1, $2, $3)";
    LITE_STORE_REPORT = "UPDATE order_report SET report = $3, report_length = $4 WHERE insights_id = $1 AND order_id = $2";
    LITE_FREE_LEASES = "UPDATE job SET fence = fence + 1, lease_until = NULL WHERE lease_until IS NOT NULL";
    LITE_SCRUB = "PRAGMA wal_checkpoint(TRUNCATE)";
}

/// Postgres does not prepare a vacuum: not in the list. This one holds nobody up; it removes every dead row that no snapshot sees and
/// says so in `relfrozenxid`.
pub(super) const PG_CLEAR: &str = "VACUUM (FREEZE) wrapped_key";
/// Writes the rows into a new file and unlinks the old one. Nobody reads or writes the table meanwhile.
pub(super) const PG_REWRITE: &str = "VACUUM (FULL) wrapped_key";
