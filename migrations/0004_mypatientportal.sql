-- The emulated patient portal. Numbers of insurances, categories and types, and the ids of practices and
-- calendars, are the seed's; ids of appointments are ours.

create table mypatientportal_practices (
    realm bigint not null references realms (id),
    id text not null,
    sequence bigint not null,
    name text not null,
    -- IANA name: what all civil times of the practice are meant in
    zone text not null,
    -- de, en or es: what the practice writes in
    language text not null,
    photo_url text,
    -- JSON array of first_name, last_name, …
    required_patient_fields text not null,
    -- how long before an appointment a reminder is written; 0: none
    reminder_minutes bigint not null,
    primary key (realm, id)
);
create index mypatientportal_practices_in_order on mypatientportal_practices (realm, sequence, id);

-- Patients a practice does not want: every booking of theirs is refused.
create table mypatientportal_blocked_patients (
    realm bigint not null,
    practice_id text not null,
    user_id text not null,
    primary key (realm, practice_id, user_id),
    foreign key (realm, practice_id) references mypatientportal_practices (realm, id),
    foreign key (realm, user_id) references users (realm, id)
);

create table mypatientportal_insurances (
    realm bigint not null references realms (id),
    id bigint not null,
    sequence bigint not null,
    name text not null,
    -- public, private or self_pay
    kind text not null,
    primary key (realm, id)
);
create index mypatientportal_insurances_in_order on mypatientportal_insurances (realm, sequence, id);

-- What can be busy once at a time: a doctor, a room. Its row is the lock under which its time is booked.
create table mypatientportal_calendars (
    realm bigint not null,
    id text not null,
    practice_id text not null,
    -- JSON arrays: civil times in the practice's zone
    openings text not null,
    closures text not null,
    lead_time_minutes bigint not null,
    horizon_days bigint not null,
    -- raised whenever the calendar is locked; numbers its bookings
    changes bigint not null,
    primary key (realm, id),
    foreign key (realm, practice_id) references mypatientportal_practices (realm, id)
);

create table mypatientportal_categories (
    realm bigint not null,
    id bigint not null,
    sequence bigint not null,
    practice_id text not null,
    calendar_id text not null,
    name text not null,
    description text,
    subtitle text,
    photo_url text,
    primary key (realm, id),
    foreign key (realm, practice_id) references mypatientportal_practices (realm, id),
    foreign key (realm, calendar_id) references mypatientportal_calendars (realm, id)
);
create index mypatientportal_categories_in_order on mypatientportal_categories (realm, sequence, id);

create table mypatientportal_types (
    realm bigint not null,
    id bigint not null,
    sequence bigint not null,
    category_id bigint not null,
    name text not null,
    description text,
    length_minutes bigint not null,
    -- JSON array of insurances it is open to; null: open to all
    insurances text,
    -- completed years, both included
    age_from bigint,
    age_to bigint,
    video boolean not null,
    -- JSON array of fields
    comment_form text,
    asap_notifications boolean not null,
    attendant_user_required boolean not null,
    bookable_without_account boolean not null,
    -- null: can be cancelled until it starts
    cancellation_notice_minutes bigint,
    primary key (realm, id),
    foreign key (realm, category_id) references mypatientportal_categories (realm, id)
);
create index mypatientportal_types_in_order on mypatientportal_types (realm, sequence, id);
create index mypatientportal_types_of_category on mypatientportal_types (realm, category_id, sequence);

create table mypatientportal_appointments (
    realm bigint not null,
    -- 28 letters and digits
    id text not null,
    -- in the order of booking, within its calendar
    sequence bigint not null,
    calendar_id text not null,
    type_id bigint not null,
    -- whose it is; null for a guest booking, which belongs to the client that made it
    user_id text,
    client_id text not null,
    starts_at bigint not null,
    ends_at bigint not null,
    booked_at bigint not null,
    cancelled_at bigint,
    insurance_id bigint,
    -- where to write when an earlier slot becomes free; null: not on the ASAP list
    asap_email text,
    comments text,
    -- JSON object: answers to the comment form
    structured_comment text not null,
    -- where the booking came from, as the client names it
    source text,
    -- JSON object: the guest it is for
    attendant text,
    allow_email_notifications boolean,
    allow_sms_notifications boolean,
    primary key (realm, id),
    foreign key (realm, calendar_id) references mypatientportal_calendars (realm, id),
    foreign key (realm, type_id) references mypatientportal_types (realm, id),
    foreign key (realm, user_id) references users (realm, id),
    foreign key (realm, insurance_id) references mypatientportal_insurances (realm, id)
);
create index mypatientportal_appointments_of_user on mypatientportal_appointments (realm, user_id, starts_at);
create index mypatientportal_appointments_busy on mypatientportal_appointments (realm, calendar_id, ends_at)
    where cancelled_at is null;
create index mypatientportal_appointments_waiting on mypatientportal_appointments (realm, type_id, starts_at)
    where cancelled_at is null and asap_email is not null;

-- Ids the next bookings get, in order: so that a walkthrough can be replayed literally.
create table mypatientportal_next_appointment_ids (
    realm bigint not null references realms (id),
    sequence bigint not null,
    id text not null,
    primary key (realm, sequence)
);
