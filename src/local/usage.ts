export const USAGE = `Runs Tollgate on this machine: the Worker, its stores, and a demo provider where no provider key is set.

  npm start
  PORT=8790 LOCAL_REDIS=embedded npm start

Settings come from the environment, then from .dev.vars:

  PORT               where the Worker listens (8787; 0: a free one)
  LOCAL_DIR          where data and secrets stay (.local)
  LOCAL_REDIS        embedded, redis-server, or a redis:// URL (default: the redis-server on the PATH, else embedded)
  LOCAL_POSTGRES     embedded, or a postgres:// URL (embedded)
  ADMIN_KEY, KEY_SECRET
                     generated once and kept, unless given
  KEY_SECRET_PREVIOUS
                     the KEY_SECRET before, while keys of its time still count
  <PROVIDER>_API_KEY, <PROVIDER>_BASE_URL
                     a provider's credential, and what stands before its own paths
  HOLD_LEASE_SECONDS, DISCONNECT_GRACE_SECONDS, LEDGER_FLUSH_SECONDS, PROVIDER_TIMEOUT_SECONDS, MAX_BODY_BYTES,
  DEFAULT_PROVIDER, ALLOW_PRIVATE_ADDRESSES, LOG_CALLS, METRICS_FLUSH_SECONDS
                     as on Cloudflare
  UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, DATABASE_URL (and DATABASE_HTTP_URL)
                     use these services, unless LOCAL_REDIS or LOCAL_POSTGRES is set; such a database isn't migrated
`;
