-- Triggers by which a test holds, fails or changes what the service writes. They run as the superuser that makes them.

-- Waits while the test holds the table's gate, once the table has so many rows.
create function test_gate() returns trigger
language plpgsql security definer
set search_path = 'public'
as $$
declare
    rows int;
begin
    execute format('select count(*) from %I', tg_table_name) into rows;
    if rows >= tg_argv[0]::int then
        perform pg_advisory_xact_lock_shared(hashtext(tg_table_name));
    end if;
    return new;
end
$$;

-- Fails so many times; a sequence is not rolled back.
create table test_failures (times int not null);
create sequence test_failed;

create function test_fail() returns trigger
language plpgsql security definer
set search_path = 'public'
as $$
begin
    if nextval('test_failed') <= (select times from test_failures) then
        raise exception 'the test makes this fail';
    end if;
    return new;
end
$$;

-- Keeps rows out without an error.
create function test_lose() returns trigger
language plpgsql security definer
set search_path = 'public'
as $$
begin
    return null;
end
$$;

-- Changes numbers of jobs as they are put into the queue, as a release with other limits would.
create table test_numbers (function text, numbers jsonb not null);

create function test_change() returns trigger
language plpgsql security definer
set search_path = 'public'
as $$
declare
    job jsonb := convert_from(new.job, 'UTF8')::jsonb;
begin
    select job || t.numbers into job from test_numbers t where t.function = job ->> 'function';
    if found then
        new.job := convert_to(job::text, 'UTF8');
    end if;
    return new;
end
$$;

create trigger test_change
    before insert on saq_jobs
    for each row execute function test_change();
