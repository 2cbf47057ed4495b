-- Webhooks: an outbox. A change of step writes its event in its own transaction, workers deliver it afterwards.
set role app_owner;

-- 32 bytes, as Standard Webhooks 1.0.0 writes them; the randomness is that of two version 4 UUIDs, 244 bits.
create function app.new_webhook_secret() returns text
language sql volatile
set search_path = ''
as $$
    select 'whsec_' || encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64')
$$;

-- What signs an organization's events: one secret, and until a time the one before it. Nobody reads them but claim_webhooks, which
-- hands them to workers.
create table app.webhook_secrets (
    organization_id uuid primary key references public.organizations (id) on delete cascade,
    current_secret text not null default app.new_webhook_secret() check (current_secret ~ '^whsec_[A-Za-z0-9+/]{43}=$'),
    previous_secret text check (previous_secret ~ '^whsec_[A-Za-z0-9+/]{43}=$'),
    previous_until timestamptz,
    check ((previous_secret is null) = (previous_until is null))
);

-- Endpoints that have answered 410 Gone: nothing is sent there any more.
create table app.disabled_webhooks (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references public.organizations (id) on delete cascade,
    url text not null,
    disabled_at timestamptz not null default now(),
    unique (organization_id, url)
);

-- An event and what became of it. next_attempt_at is also the lease of the attempt under way: one that is never recorded is made
-- again when its lease is over.
create table public.webhook_deliveries (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    course_user_id uuid not null,
    run_id uuid not null,
    url text not null,
    payload jsonb not null,
    trace jsonb not null default coalesce(nullif(current_setting('coursegen.trace', true), '')::jsonb, '{}'),
    state text not null default 'pending' check (state in ('pending', 'delivered', 'failed', 'disabled')),
    attempts int not null default 0 check (attempts between 0 and 10),
    next_attempt_at timestamptz default now(),
    claim_token uuid,
    last_attempt_at timestamptz,
    last_status int,
    last_error text,
    created_at timestamptz not null default clock_timestamp(),  -- events of one transaction keep their order
    settled_at timestamptz,
    check ((state = 'pending') = (next_attempt_at is not null)),
    check ((state = 'pending') = (settled_at is null)),
    check (state = 'pending' or claim_token is null),
    foreign key (organization_id, course_id, course_user_id)
        references public.courses (organization_id, id, user_id) on update cascade on delete cascade,
    foreign key (organization_id, course_id, run_id)
        references public.generation_runs (organization_id, course_id, id) on delete cascade
);

-- what is due in all, what of one organization, and what is under way: each small however many wait for hours
create index webhook_deliveries_due on public.webhook_deliveries (next_attempt_at, organization_id) where state = 'pending';
create index webhook_deliveries_due_of_organization on public.webhook_deliveries (organization_id, next_attempt_at)
    where state = 'pending';
create index webhook_deliveries_under_way on public.webhook_deliveries (organization_id) where claim_token is not null;
create index webhook_deliveries_run on public.webhook_deliveries (organization_id, course_id, run_id);
create index webhook_deliveries_newest on public.webhook_deliveries (organization_id, created_at desc, id desc);
create index webhook_deliveries_created on public.webhook_deliveries (created_at desc, id desc);

-- What a receiver is told: the course as it stands after the event. The run's id and the time tell events apart that come late or
-- in another order.
create function app.webhook_payload(p_course public.courses) returns jsonb
language sql stable
set search_path = ''
as $$
    select jsonb_build_object(
        'courseId', p_course.id,
        'status', p_course.generation_status,
        'progress', jsonb_build_object(
            'step', progress -> 'current_step', 'message', progress -> 'message', 'percentage', progress -> 'percentage'
        ),
        'data', jsonb_build_object(
            'runId', p_course.run_id,
            'stepStatus', progress -> 'steps' -> ((progress ->> 'current_step')::int - 1) -> 'status',
            'lessonsCompleted', progress -> 'lessons_completed',
            'lessonsTotal', progress -> 'lessons_total',
            'occurredAt', app.as_iso(clock_timestamp())
        ),
        'error', p_course.error_message
    )
    from (select p_course.generation_progress as progress) as shown
$$;

create function app.note_webhook() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    insert into public.webhook_deliveries (organization_id, course_id, course_user_id, run_id, url, payload)
    values (new.organization_id, new.id, new.user_id, new.run_id, new.webhook_url, app.webhook_payload(new));
    return null;
end
$$;

-- A change of step is one of the course's status, of the step, or of the step's status; counts of lessons are none. `pending` is the
-- blank that a new run begins with, for no longer than its transaction.
create trigger note_webhook
    after update of generation_status, generation_progress on public.courses
    for each row
    when (
        new.webhook_url is not null
        and new.run_id is not null
        and new.generation_status <> 'pending'
        and (
            old.generation_status is distinct from new.generation_status
            or old.generation_progress -> 'current_step' is distinct from new.generation_progress -> 'current_step'
            or old.generation_progress -> 'steps' -> ((old.generation_progress ->> 'current_step')::int - 1) -> 'status'
                is distinct from
                new.generation_progress -> 'steps' -> ((new.generation_progress ->> 'current_step')::int - 1) -> 'status'
        )
    )
    execute function app.note_webhook();

-- How long after its n-th failed attempt a webhook is tried again: the schedule that Standard Webhooks 1.0.0 proposes, ten attempts
-- in three days and a few hours. NULL after the last.
create function app.webhook_delay(p_attempts int) returns interval
language sql immutable
set search_path = ''
as $$
    select (array[
        '5 s', '5 min', '30 min', '2 h', '5 h', '10 h', '14 h', '20 h', '24 h'
    ]::interval[])[p_attempts]
$$;

create function app.count_webhooks(p_outcome text, p_amount bigint) returns void
language sql
set search_path = ''
as $$
    insert into app.counters (name, label, amount) select 'webhooks', p_outcome, p_amount where p_amount > 0
$$;

-- End what is due and must not be attempted: events of a disabled endpoint, and those whose last attempt was never recorded.
create function app.settle_unsent_webhooks() returns void
language plpgsql
set search_path = ''
as $$
declare
    disabled bigint;
    failed bigint;
begin
    with over as (
        select d.id, d.attempts > 0 and app.webhook_delay(d.attempts) is null as is_lost
        from public.webhook_deliveries d
        where d.state = 'pending'
          and d.next_attempt_at <= now()
          and (
              (d.attempts > 0 and app.webhook_delay(d.attempts) is null)
              or exists (select from app.disabled_webhooks w where (w.organization_id, w.url) = (d.organization_id, d.url))
          )
        for no key update skip locked
    ),
    settled as (
        update public.webhook_deliveries d
        set state = case when over.is_lost then 'failed' else 'disabled' end,
            last_error = case
                when over.is_lost then 'the worker died during the attempt'
                else 'not sent: the endpoint has answered 410 Gone'
            end,
            next_attempt_at = null,
            claim_token = null,
            settled_at = now()
        from over
        where d.id = over.id
        returning d.state
    )
    select count(*) filter (where s.state = 'disabled'), count(*) filter (where s.state = 'failed')
    into disabled, failed
    from settled s;
    perform app.count_webhooks('disabled', disabled), app.count_webhooks('failed', failed);
end
$$;

-- Take up to p_limit deliveries that are due, of each organization as many as are not under way already: a target that is down must
-- not hold up the others'. Whoever takes one has p_lease_seconds to record its outcome.
create function app.claim_webhooks(p_limit int, p_per_organization int, p_lease_seconds double precision)
returns table (
    id uuid, claim_token uuid, organization_id uuid, course_id uuid, run_id uuid, url text, payload text, attempt int,
    secrets text[], trace jsonb
)
language plpgsql security definer
set search_path = ''
as $$
declare
    claimed uuid[];
begin
    perform app.settle_unsent_webhooks();
    with chosen as (
        select candidate.id
        from (
            select distinct d.organization_id
            from public.webhook_deliveries d
            where d.state = 'pending' and d.next_attempt_at <= now()
        ) as tenant
        cross join lateral (
            select d.id, d.next_attempt_at
            from public.webhook_deliveries d
            where d.organization_id = tenant.organization_id and d.state = 'pending' and d.next_attempt_at <= now()
            order by d.next_attempt_at
            limit greatest(p_per_organization - (
                select count(*)
                from public.webhook_deliveries u
                where u.organization_id = tenant.organization_id
                  and u.claim_token is not null
                  and u.next_attempt_at > now()
            ), 0)
        ) as candidate
        order by candidate.next_attempt_at
        limit p_limit
    ),
    locked as (
        select d.id
        from public.webhook_deliveries d
        join chosen on chosen.id = d.id
        where d.state = 'pending' and d.next_attempt_at <= now()
        for no key update of d skip locked
    ),
    taken as (
        update public.webhook_deliveries d
        set attempts = d.attempts + 1,
            claim_token = gen_random_uuid(),
            last_attempt_at = now(),
            next_attempt_at = now() + make_interval(secs => p_lease_seconds)
        from locked
        where d.id = locked.id
        returning d.id
    )
    select coalesce(array_agg(t.id), '{}') into claimed from taken t;

    insert into app.webhook_secrets (organization_id)
    select distinct d.organization_id from public.webhook_deliveries d where d.id = any (claimed)
    on conflict do nothing;
    return query
    select
        d.id, d.claim_token, d.organization_id, d.course_id, d.run_id, d.url, d.payload::text, d.attempts,
        array[s.current_secret] || case when s.previous_until > now() then array[s.previous_secret] else '{}' end, d.trace
    from public.webhook_deliveries d
    join app.webhook_secrets s on s.organization_id = d.organization_id
    where d.id = any (claimed)
    order by d.created_at;
end
$$;

-- Record what came of an attempt: delivered, refused (tried again, unless it was the last), gone. Seconds of Retry-After lengthen the
-- wait, up to a day. The state afterwards; NULL when the claim is not this one any more.
create function app.record_webhook(
    p_id uuid, p_claim_token uuid, p_outcome text, p_status int, p_error text, p_retry_after double precision
) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
    delivery public.webhook_deliveries;
    delay interval;
begin
    select * into delivery
    from public.webhook_deliveries d
    where d.id = p_id and d.claim_token = p_claim_token and d.state = 'pending'
    for no key update;
    if not found then
        return null;
    end if;
    if p_outcome not in ('delivered', 'refused', 'gone') then
        raise exception 'p_outcome must be delivered, refused or gone, not %', quote_nullable(p_outcome)
            using errcode = 'invalid_parameter_value';
    end if;
    delay := app.webhook_delay(delivery.attempts) * (0.9 + 0.2 * random());
    delivery.state := case
        when p_outcome = 'delivered' then 'delivered'
        when p_outcome = 'gone' then 'disabled'
        when delay is null then 'failed'
        else 'pending'
    end;
    if p_outcome = 'gone' then
        insert into app.disabled_webhooks (organization_id, url) values (delivery.organization_id, delivery.url)
        on conflict do nothing;
    end if;
    update public.webhook_deliveries d
    set state = delivery.state,
        last_status = p_status,
        last_error = p_error,
        claim_token = null,
        next_attempt_at = case
            when delivery.state = 'pending'
                then now() + greatest(delay, make_interval(secs => least(coalesce(p_retry_after, 0), 86400)))
        end,
        settled_at = case when delivery.state <> 'pending' then now() end
    where d.id = p_id;
    perform app.count_webhooks(case delivery.state when 'pending' then 'retried' else delivery.state end, 1);
    return delivery.state;
end
$$;

-- Send an event again, from the first attempt on: for the course's owner, an admin of the organization, a superadmin. An endpoint
-- that was disabled is enabled by it. False: there is no such delivery for this caller.
create function app.redeliver_webhook(p_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
    delivery public.webhook_deliveries;
begin
    select * into delivery from public.webhook_deliveries d where d.id = p_id for no key update;
    if delivery.id is null or app.caller_may_cancel(delivery.organization_id, delivery.course_user_id) is not true then
        return false;
    end if;
    delete from app.disabled_webhooks w where (w.organization_id, w.url) = (delivery.organization_id, delivery.url);
    update public.webhook_deliveries d
    set state = 'pending', attempts = 0, next_attempt_at = now(), claim_token = null, settled_at = null
    where d.id = p_id and (d.claim_token is null or d.next_attempt_at <= now());  -- an attempt under way is one already
    return true;
end
$$;

-- A new secret for the caller's organization, which its admins may ask for. The one before it signs too for p_overlap_seconds more;
-- the one before that ends now, so that two are active at most.
create function app.rotate_webhook_secret(p_overlap_seconds double precision)
returns table (secret text, previous_valid_until timestamptz)
language plpgsql security definer
set search_path = ''
as $$
declare
    caller record;
begin
    select * into caller from app.caller();
    if caller.organization_id is null or (caller.role = 'admin' or caller.is_superadmin) is not true then
        raise exception 'secrets are for the admins of an organization' using errcode = 'insufficient_privilege';
    end if;
    return query
    insert into app.webhook_secrets as s (organization_id) values (caller.organization_id)
    on conflict (organization_id) do update
    set current_secret = app.new_webhook_secret(),
        previous_secret = case when p_overlap_seconds > 0 then s.current_secret end,
        previous_until = case when p_overlap_seconds > 0 then now() + make_interval(secs => p_overlap_seconds) end
    returning s.current_secret, s.previous_until;
end
$$;

-- For /metrics: how many events wait for an attempt, of all tenants together.
create function app.webhooks_waiting() returns bigint
language sql stable security definer
set search_path = ''
as $$
    select count(*) from public.webhook_deliveries d where d.state = 'pending'
$$;

alter table app.webhook_secrets enable row level security;
alter table app.webhook_secrets force row level security;
alter table app.disabled_webhooks enable row level security;
alter table app.disabled_webhooks force row level security;
alter table public.webhook_deliveries enable row level security;
alter table public.webhook_deliveries force row level security;
create policy owner_all on app.webhook_secrets to app_owner using (true);
create policy owner_all on app.disabled_webhooks to app_owner using (true);
create policy owner_all on public.webhook_deliveries to app_owner using (true);

grant select (id, organization_id, course_id, course_user_id, run_id, url, payload, state, attempts, next_attempt_at,
        last_attempt_at, last_status, last_error, created_at, settled_at)
    on public.webhook_deliveries to authenticated, app_superadmin;
create policy authenticated_select on public.webhook_deliveries for select to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
    )
);
create policy superadmin_select on public.webhook_deliveries for select to app_superadmin using (true);

create trigger record_superadmin_change
    after insert or update or delete on public.webhook_deliveries
    for each row
    when (current_setting('role') = 'app_superadmin')
    execute function app.record_superadmin_change('id', 'url', 'payload', 'trace', 'claim_token');
create trigger record_superadmin_change
    after insert or update or delete on app.webhook_secrets
    for each row
    when (current_setting('role') = 'app_superadmin')
    execute function app.record_superadmin_change('organization_id', 'current_secret', 'previous_secret');
create trigger record_superadmin_change
    after insert or update or delete on app.disabled_webhooks
    for each row
    when (current_setting('role') = 'app_superadmin')
    execute function app.record_superadmin_change('id', 'url');

grant execute on function app.redeliver_webhook(uuid), app.rotate_webhook_secret(double precision) to authenticated, app_superadmin;
grant execute on function
    app.claim_webhooks(int, int, double precision),
    app.record_webhook(uuid, uuid, text, int, text, double precision)
to service_role;
grant execute on function app.webhooks_waiting() to anon;

reset role;
