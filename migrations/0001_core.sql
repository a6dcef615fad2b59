-- Realms with their clients and users; what is authorized, and what is issued.

-- The next number of each kind that must never be given twice.
create table counters (
    name text not null primary key,
    value bigint not null
);
insert into counters (name, value) values ('realm', 0);

-- One issuer with everything that belongs to it.
create table realms (
    id bigint not null primary key,
    name text not null,
    -- JSON: the policy's preset and switches
    policy text not null,
    -- what the realm's clock showed when it was last set, the machine's time then, thousandths of real time since
    clock_shown bigint not null,
    clock_set_at bigint not null,
    clock_rate bigint not null,
    -- at what speed, in thousandths, a frozen clock goes on when it is resumed
    clock_resumes_at bigint not null,
    -- sealed: what the realm's own keys are derived from
    root_secret text not null,
    -- what the realm's chance is drawn from, where it can be repeated; null: from the machine's
    chance_seed text,
    -- how many processes have drawn from it so far: each has a stream of its own, so that nothing is given twice
    chance_epoch bigint not null,
    -- sealed JSON: what the realm was made from, and what a reset goes back to; null for a realm out of a seed file
    origin text,
    -- raised whenever settings, policy, clock or clients change; never when tokens are issued
    revision bigint not null,
    created_at bigint not null,
    -- by the machine's clock: when a realm made for a while goes away
    expires_at bigint,
    deleted_at bigint
);
create unique index realms_living on realms (name) where deleted_at is null;
create index realms_expiring on realms (expires_at) where deleted_at is null and expires_at is not null;

create table clients (
    realm bigint not null references realms (id),
    id text not null,
    sequence bigint not null,
    -- a digest of a generated secret (sha256:…) or a PHC string of a chosen one; null for public clients
    secret text,
    -- JSON: the client's metadata in the words of RFC 7591
    metadata text not null,
    created_at bigint not null,
    -- by the machine's clock. A deleted client is gone at once for everybody; the row follows when no request that began before can
    -- still refer to it
    deleted_at bigint,
    primary key (realm, id)
);
create index clients_in_order on clients (realm, sequence, id);
create index clients_deleted on clients (realm, deleted_at) where deleted_at is not null;

create table users (
    realm bigint not null references realms (id),
    id text not null,
    sequence bigint not null,
    username text not null,
    -- what is searched: user name and e-mail address in lower case and NFC
    username_folded text not null,
    email_folded text,
    -- a PHC string; null for a user who can be picked but not sign in by password
    password text,
    -- why the persona picker offers this user: the reason a client must cope with
    persona text,
    -- JSON: the user's claims (OIDC Core §5.1) and the portals'
    claims text not null,
    -- scripted behaviour, whatever client the user meets: denies_consent, account_locked, …
    behaviour text,
    created_at bigint not null,
    -- by the machine's clock. A deleted user is gone at once for everybody; the row follows when no request that began before can
    -- still refer to it
    deleted_at bigint,
    primary key (realm, id)
);
create unique index users_by_name on users (realm, username_folded);
create index users_by_email on users (realm, email_folded) where email_folded is not null;
create index users_in_order on users (realm, sequence, id);
create index users_deleted on users (realm, deleted_at) where deleted_at is not null;

-- A browser that is signed in. The id is the digest of the cookie's value.
create table sessions (
    realm bigint not null,
    id text not null,
    user_id text not null,
    -- what clients learn of the session (OIDC Back-Channel Logout §2.1)
    sid text not null,
    auth_time bigint not null,
    -- JSON array (RFC 8176)
    amr text not null,
    user_agent text,
    expires_at bigint not null,
    ended_at bigint,
    primary key (realm, id),
    foreign key (realm, user_id) references users (realm, id)
) /* SQLite: without rowid */;
create index sessions_of_user on sessions (realm, user_id) where ended_at is null;
create unique index sessions_by_sid on sessions (realm, sid);

-- What a user has allowed a client, remembered until withdrawn.
create table consents (
    realm bigint not null,
    user_id text not null,
    client_id text not null,
    scopes text not null,
    given_at bigint not null,
    primary key (realm, user_id, client_id),
    foreign key (realm, user_id) references users (realm, id),
    foreign key (realm, client_id) references clients (realm, id)
) /* SQLite: without rowid */;

-- Authorization requests in flight: from the redirect to a page until the answer.
create table authorization_requests (
    realm bigint not null,
    id text not null,
    client_id text not null,
    -- JSON: the request as it was checked
    request text not null,
    -- the session the row belongs to, once somebody has signed in for it
    session_id text,
    -- that somebody signed in for this very request: satisfies prompt=login, select_account, max_age
    signed_in_at bigint,
    -- the answer on the consent page: allow, deny
    decision text,
    created_at bigint not null,
    expires_at bigint not null,
    finished_at bigint,
    primary key (realm, id),
    foreign key (realm, client_id) references clients (realm, id)
);
-- for the bound on unfinished ones
create index authorization_requests_unfinished on authorization_requests (realm, created_at) where finished_at is null;
create index authorization_requests_of_session on authorization_requests (realm, session_id)
    where session_id is not null and finished_at is null;

create table authorization_codes (
    realm bigint not null,
    digest text not null,
    grant_id text not null,
    client_id text not null,
    redirect_uri text not null,
    nonce text,
    code_challenge text,
    code_challenge_method text,
    issued_at bigint not null,
    expires_at bigint not null,
    redeemed_at bigint,
    primary key (realm, digest)
) /* SQLite: without rowid */;
create index authorization_codes_of_grant on authorization_codes (realm, grant_id);

-- What one user has allowed one client in one sign-in: the family of its codes and tokens, the row
-- that locks them and the row that ends them.
create table grants (
    realm bigint not null,
    id text not null,
    client_id text not null,
    user_id text not null,
    -- the browser session it was given in, as clients see it (sid); null without one
    sid text,
    scopes text not null,
    -- JSON array: what its access tokens are for (RFC 8707); null where the client named nothing
    resources text,
    auth_time bigint not null,
    -- JSON array: how the user signed in (RFC 8176)
    amr text not null,
    created_at bigint not null,
    -- the last time the family was locked to be changed
    touched_at bigint not null,
    revoked_at bigint,
    primary key (realm, id),
    foreign key (realm, user_id) references users (realm, id),
    foreign key (realm, client_id) references clients (realm, id)
) /* SQLite: without rowid */;
create index grants_of_user on grants (realm, user_id, client_id) where revoked_at is null;

create table access_tokens (
    realm bigint not null,
    digest text not null,
    -- null for a token a client got for itself (RFC 6749 §4.4)
    grant_id text,
    client_id text not null,
    -- what was issued in one answer belongs together
    pair_id text not null,
    scopes text not null,
    -- whom a JWT access token is for (RFC 9068 §3); null for an opaque one
    audience text,
    issued_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint,
    primary key (realm, digest)
) /* SQLite: without rowid */;
create index access_tokens_of_grant on access_tokens (realm, grant_id) where grant_id is not null;

create table refresh_tokens (
    realm bigint not null,
    digest text not null,
    -- what a successor is derived from, with its parent
    id text not null,
    grant_id text not null,
    client_id text not null,
    pair_id text not null,
    scopes text not null,
    issued_at bigint not null,
    -- null: does not expire by itself
    expires_at bigint,
    -- when it was traded for its successor
    used_at bigint,
    successor_id text,
    successor_digest text,
    revoked_at bigint,
    primary key (realm, digest)
) /* SQLite: without rowid */;
create index refresh_tokens_of_grant on refresh_tokens (realm, grant_id);
