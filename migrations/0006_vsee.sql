-- The emulated VSee Clinic. Numbers of users, rooms and visits go over the wire as text; here they are numbers.
-- Times that go over the wire are whole seconds; here they are milliseconds, as everywhere.

-- A clinic. Its key and secret are kept as digests.
create table vsee_accounts (
    realm bigint not null references realms (id),
    code text not null,
    -- what the clinic itself is numbered
    id bigint not null,
    domain text not null,
    name text not null,
    portal_title text not null,
    -- JSON object: two-letter state → name
    states text not null,
    key_digest text not null,
    secret_digest text not null,
    primary key (realm, code)
);

-- The last number given of each kind: user, room, visit. The row is the lock under which the next one is given.
create table vsee_numbers (
    realm bigint not null references realms (id),
    kind text not null,
    last bigint not null,
    primary key (realm, kind)
);

create table vsee_users (
    realm bigint not null,
    id bigint not null,
    account_code text not null,
    -- 100 admin, 200 member, 400 provider, 600 guest
    type bigint not null,
    -- as the API shows it: 32 hex characters, of the caller's own code or drawn
    code text not null,
    first_name text not null,
    last_name text not null,
    username text not null,
    -- an Argon2id PHC string; null: signs in from outside only
    password text,
    email text,
    email_folded text,
    dob text,
    -- male or female
    gender text,
    street_addr text,
    city text,
    state text,
    zip text,
    phone text,
    subtype text not null,
    title text not null,
    suffix text not null,
    short_bio text not null,
    disable_emails boolean not null,
    active boolean not null,
    -- JSON: a provider's hours, on the wall clock of the room they are asked for; null: none set up
    openings text,
    closures text,
    lead_time_minutes bigint not null,
    horizon_days bigint not null,
    -- raised whenever a provider's time is booked: the row is the lock
    changes bigint not null,
    created_at bigint not null,
    modified_at bigint not null,
    primary key (realm, id),
    foreign key (realm, account_code) references vsee_accounts (realm, code)
);
-- The same code and type from outside is the same user.
create unique index vsee_users_by_code on vsee_users (realm, account_code, type, code);
create index vsee_users_by_username on vsee_users (realm, account_code, username);

-- What X-ApiToken may hold.
create table vsee_tokens (
    realm bigint not null,
    digest text not null,
    user_id bigint not null,
    issued_at bigint not null,
    -- null: a clinic's admin token, made by hand, which does not expire
    expires_at bigint,
    invalidated_at bigint,
    primary key (realm, digest),
    foreign key (realm, user_id) references vsee_users (realm, id)
);
create index vsee_tokens_of_user on vsee_tokens (realm, user_id);

create table vsee_rooms (
    realm bigint not null,
    id bigint not null,
    account_code text not null,
    code text not null,
    slug text not null,
    name text not null,
    domain text not null,
    -- JSON object: subtitle, doors, consultations, time zone and the like
    settings text not null,
    created_at bigint not null,
    modified_at bigint not null,
    primary key (realm, id),
    foreign key (realm, account_code) references vsee_accounts (realm, code)
);
create unique index vsee_rooms_by_code on vsee_rooms (realm, account_code, code);
create unique index vsee_rooms_by_slug on vsee_rooms (realm, domain, slug);

create table vsee_room_providers (
    realm bigint not null,
    room_id bigint not null,
    provider_id bigint not null,
    -- in the order of assignment
    sequence bigint not null,
    primary key (realm, room_id, provider_id),
    foreign key (realm, room_id) references vsee_rooms (realm, id),
    foreign key (realm, provider_id) references vsee_users (realm, id)
);
create index vsee_rooms_of_provider on vsee_room_providers (realm, provider_id, room_id);

create table vsee_intakes (
    realm bigint not null,
    -- a UUID
    id text not null,
    sequence bigint not null,
    room_id bigint not null,
    member_id bigint not null,
    -- 1 walk-in, 2 scheduled; it does not restrict which visit is made of it
    type text not null,
    reason_for_visit text,
    provider_id bigint,
    -- JSON array of attachments' ids
    attachments text not null,
    location text,
    phone text,
    -- JSON: the consultation chosen, as it came; null: none
    consultation text,
    -- JSON object: whatever else was said, as it came
    custom text not null,
    created_at bigint not null,
    modified_at bigint not null,
    primary key (realm, id),
    foreign key (realm, room_id) references vsee_rooms (realm, id),
    foreign key (realm, member_id) references vsee_users (realm, id),
    foreign key (realm, provider_id) references vsee_users (realm, id)
);
create index vsee_intakes_of_member on vsee_intakes (realm, member_id, sequence);

create table vsee_attachments (
    realm bigint not null,
    -- a UUID
    id text not null,
    creator_id bigint not null,
    name text not null,
    ext text not null,
    media_type text not null,
    size bigint not null,
    -- base64
    content text not null,
    remark text,
    created_at bigint not null,
    primary key (realm, id),
    foreign key (realm, creator_id) references vsee_users (realm, id)
);
create index vsee_attachments_of_creator on vsee_attachments (realm, creator_id, created_at);

create table vsee_visits (
    realm bigint not null,
    id bigint not null,
    -- 32 hex characters: what a guest is invited with
    code text not null,
    room_id bigint not null,
    member_id bigint not null,
    -- null: nobody has taken it yet
    provider_id bigint,
    intake_id text not null,
    -- 1 walk-in, 2 scheduled, 3 e-consult
    type text not null,
    -- 10 waiting, 20 in progress, 30 completed, 40 cancelled
    status text not null,
    start_at bigint not null,
    end_at bigint not null,
    actual_start bigint,
    actual_end bigint,
    end_reason text,
    completed_by bigint,
    -- of the consultation it was made for
    duration_minutes bigint not null,
    amount text not null,
    description text not null,
    -- whether it has a link that starts it once, and when that was
    one_time_link boolean not null,
    link_used_at bigint,
    created_at bigint not null,
    modified_at bigint not null,
    primary key (realm, id),
    foreign key (realm, room_id) references vsee_rooms (realm, id),
    foreign key (realm, member_id) references vsee_users (realm, id),
    foreign key (realm, provider_id) references vsee_users (realm, id),
    foreign key (realm, intake_id) references vsee_intakes (realm, id)
);
-- An intake becomes one visit.
create unique index vsee_visits_of_intake on vsee_visits (realm, intake_id);
create unique index vsee_visits_by_code on vsee_visits (realm, code);
create index vsee_visits_of_member on vsee_visits (realm, member_id, start_at);
create index vsee_visits_of_provider on vsee_visits (realm, provider_id, start_at);
create index vsee_visits_of_room on vsee_visits (realm, room_id, status);

-- Browsers that came in through /auth or a one-time link.
create table vsee_sessions (
    realm bigint not null,
    -- the digest of the cookie's value
    id text not null,
    user_id bigint not null,
    -- where it came through a one-time link: the only visit it opens
    visit_id bigint,
    navigation boolean not null,
    created_at bigint not null,
    expires_at bigint not null,
    primary key (realm, id),
    foreign key (realm, user_id) references vsee_users (realm, id),
    foreign key (realm, visit_id) references vsee_visits (realm, id)
);

create table vsee_webhook_endpoints (
    realm bigint not null,
    id text not null,
    sequence bigint not null,
    account_code text not null,
    url text not null,
    -- 1.0 or 2.0
    version text not null,
    -- JSON array of event names; null: all
    events text,
    created_at bigint not null,
    primary key (realm, id),
    foreign key (realm, account_code) references vsee_accounts (realm, code)
);
create index vsee_webhook_endpoints_in_order on vsee_webhook_endpoints (realm, sequence);
